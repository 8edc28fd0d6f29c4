// What an audit leaves when it has ended: its result, as JSON, as a page, for scanners and for model cards.
import { join } from 'node:path'
import { amplified } from '../../report/audit/difference.ts'
import { auditHtml, type ShownExample } from '../../report/audit/page.ts'
import { decodePng, encodePng } from '../../report/node/index.ts'
import { AUDIT_FILE, type AuditConfig } from '../../runs/audit.ts'
import { type AuditResult, auditSchema } from '../../runs/audit-result.ts'
import type { RunFolder } from '../../runs/node/index.ts'
import { describeIssues } from '../../runs/schema.ts'
import { DataError } from '../../util/errors.ts'
import { modelCard } from '../model-card.ts'
import { PATCH_FILE } from '../patch-part.ts'
import { examplePicture } from '../pictures.ts'
import { sarifOf } from '../sarif.ts'

/** @throws DataError when the audit has not ended, or its result is damaged */
export async function readResult(
  run: Pick<RunFolder<AuditConfig>, 'folder' | 'readFile'>,
): Promise<AuditResult> {
  const bytes = await run.readFile(AUDIT_FILE)
  if (!bytes)
    throw new DataError(
      `${run.folder} has no ${AUDIT_FILE}: the audit has not ended. "sparring resume" goes on with it`,
    )
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    throw new DataError(
      `${join(run.folder, AUDIT_FILE)} is damaged: not JSON; "sparring resume" writes it again`,
    )
  }
  const parsed = auditSchema.safeParse(value)
  if (!parsed.success)
    throw new DataError(`${join(run.folder, AUDIT_FILE)} is damaged: ${describeIssues(parsed.error)}`)
  return parsed.data
}

/** Most examples on the page. */
const MOST_SHOWN = 24

/** Writes everything. Returns paths by name. */
export async function finishAudit(
  run: Pick<RunFolder<AuditConfig>, 'folder' | 'config' | 'readFile' | 'writeFile'>,
  result: AuditResult,
): Promise<Record<string, string>> {
  const shown: ShownExample[] = []
  for (const [place, example] of result.examples.entries()) {
    if (!example.picture || shown.length === MOST_SHOWN) continue
    const [before, after] = await Promise.all([
      run.readFile(examplePicture(place)),
      run.readFile(example.picture),
    ])
    if (!before || !after) continue
    const { image, times } = amplified(
      await decodePng(before, examplePicture(place)),
      await decodePng(after, example.picture),
    )
    shown.push({ example, before, after, difference: await encodePng(image), times })
  }
  const patch = result.patch ? await run.readFile(PATCH_FILE) : undefined
  const files: Record<string, string> = {}
  const write = async (name: string, file: string, content: string): Promise<void> => {
    await run.writeFile(file, content)
    files[name] = join(run.folder, file)
  }
  await write('report', 'report.html', auditHtml(result, shown, patch && new TextDecoder().decode(patch)))
  await write('sarif', 'audit.sarif', `${JSON.stringify(sarifOf(result, result.model.name), null, 2)}\n`)
  await write('model card', 'model-card.md', modelCard(result))
  await write('result', AUDIT_FILE, `${JSON.stringify(result, null, 2)}\n`)
  return files
}
