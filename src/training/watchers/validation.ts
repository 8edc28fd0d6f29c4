// Validating while a training goes on: a row of its log's numbers, over all held-out examples.
import type { Examples } from '../../data/source.ts'
import type { MetricsRow } from '../notice.ts'
import { openValidation } from '../validation.ts'
import type { OpenWatcher } from '../watcher.ts'

export interface ValidationOptions {
  readonly every: number
  /** Held-out examples; without any nothing is measured. */
  readonly examples: Examples | undefined
}

/** Measures the objective on held-out examples. */
export const validation =
  ({ every, examples }: ValidationOptions): OpenWatcher =>
  async ({ objective, program, seed }) => {
    if (!examples || every === 0) return undefined
    const opened = await openValidation(program, objective, examples, seed)
    return {
      every,
      async *observe(step) {
        const row = { step, ...(await opened.measure(step)) } as MetricsRow
        yield { type: 'record', log: 'validation', row }
      },
    }
  }
