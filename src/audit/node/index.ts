// Audits in run folders.
export type { AuditEvent } from './events.ts'
export { type ModelFile, modelFile } from './model-file.ts'
export {
  type AuditRequest,
  continueAudit,
  reportAudit,
  startAudit,
} from './run-audit.ts'
export { verifyAudit } from './verify.ts'
