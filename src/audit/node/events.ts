// What a running audit tells.
import type { AuditConfig, PartRow } from '../../runs/audit.ts'
import type { AuditResult } from '../../runs/audit-result.ts'

export type AuditEvent =
  | { readonly type: 'images'; readonly done: number; readonly total: number }
  | { readonly type: 'download'; readonly file: string; readonly received: number; readonly total?: number }
  | {
      readonly type: 'audit'
      readonly folder: string
      readonly config: AuditConfig
      /** Parts that were done before. */
      readonly done: number
      /** Bytes that its process takes at most, about; absent where it was told before, 0 where it is not known. */
      readonly memory?: number
    }
  /** A part goes on. `share`: of all work of the audit. */
  | { readonly type: 'progress'; readonly title: string; readonly share: number }
  | { readonly type: 'part'; readonly row: Pick<PartRow, 'step' | 'title' | 'finding'> }
  | { readonly type: 'paused' | 'continued' }
  | {
      readonly type: 'end'
      readonly outcome: 'finished' | 'stopped'
      readonly folder: string
      readonly result?: AuditResult
      readonly files: Readonly<Record<string, string>>
    }
