// What the command line does with an audit that is there.
import { continueAudit, reportAudit } from '../audit/node/run-audit.ts'
import { verifyAudit } from '../audit/node/verify.ts'
import type { RecipeFace } from './recipe-face.ts'
import { watchAudit } from './watch-audit.ts'

export const auditFace: RecipeFace = {
  resume: (folder, { threads, dataDir }, session) =>
    watchAudit(session, (signal) => continueAudit(folder, { threads, dataDir, signal })),
  report: (folder) => reportAudit(folder),
  verify: verifyAudit,
}
