// Audits in run folders.
export { type ModelFile, modelFile } from './model-file.ts'
export {
  type AuditEvent,
  type AuditRequest,
  continueAudit,
  reportAudit,
  startAudit,
} from './run-audit.ts'
export { verifyAudit } from './verify.ts'
