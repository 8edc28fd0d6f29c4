// `sparring verify` of an audit: whether its files are whole, and whether its pictures still fool its model.
import { openClassifier } from '../../classifiers/open-classifier.ts'
import { sha256 } from '../../data/dataset.ts'
import { checkPng, decodePng } from '../../report/node/index.ts'
import { AUDIT, AUDIT_FILE, type AuditConfig } from '../../runs/audit.ts'
import type { AuditResult } from '../../runs/audit-result.ts'
import { openRunOf, STATUS_FILE } from '../../runs/node/index.ts'
import type { Flaw, Verification } from '../../runs/verification.ts'
import { nodeEngine } from '../../runtime/node.ts'
import { messageOf } from '../../util/errors.ts'
import { formatCount } from '../../util/format.ts'
import { openOriginal } from '../original.ts'
import { readResult } from './finish.ts'
import { MODEL_COPY, readingOf } from './reading.ts'

const RESUME = '"sparring resume" makes it again'

/** Looks at every file of an audit, and asks the model about every picture that is said to fool it. Changes nothing. */
export async function verifyAudit(folder: string): Promise<Verification> {
  const run = await openRunOf(AUDIT, folder)
  const { config } = run
  const flaws: Flaw[] = []
  const status = await run.readStatus()
  if (!(await run.readFile(STATUS_FILE))?.length)
    flaws.push({ file: STATUS_FILE, problem: 'it is missing or empty', remedy: RESUME })
  let parts = 0
  try {
    parts = (await run.readLog('findings')).length
    const done = (await run.latestCheckpoint())?.step ?? -1
    if (parts < done + 1)
      flaws.push({
        file: run.logs.findings!.file,
        problem: `it has ${parts} lines, of ${done + 1} that were written`,
        remedy: 'audit the model again',
      })
  } catch (error) {
    flaws.push({ file: run.logs.findings!.file, problem: messageOf(error), remedy: 'audit the model again' })
  }
  const bytes = await run.readFile(MODEL_COPY)
  const isModel = bytes !== undefined && (await sha256(bytes)) === config.model.copy
  if (!isModel)
    flaws.push({
      file: MODEL_COPY,
      problem: bytes ? 'it is not the model that was audited' : 'it is missing',
      remedy: `put ${config.model.name} back under that name`,
    })
  const pictures = (await run.listFigures()).filter((file) => file.endsWith('.png'))
  for (const file of pictures) {
    const problem = checkPng((await run.readFile(file)) ?? new Uint8Array())
    if (problem) flaws.push({ file, problem, remedy: RESUME })
  }
  let asked = 0
  if (status.state === 'finished') {
    try {
      const result = await readResult(run)
      if (bytes && isModel) asked = await askAgain(run, result, config.settings, bytes, flaws)
    } catch (error) {
      flaws.push({ file: AUDIT_FILE, problem: messageOf(error), remedy: RESUME })
    }
    for (const file of ['report.html', 'audit.sarif', 'model-card.md'])
      if (!(await run.readFile(file))?.length)
        flaws.push({ file, problem: 'it is missing or empty', remedy: '"sparring report" makes it again' })
  }
  const checked = { parts, pictures: pictures.length, asked }
  return {
    folder: run.folder,
    flaws,
    checked,
    looked: [
      `${formatCount(parts)} of ${formatCount(config.parts.length)} parts`,
      `${formatCount(pictures.length)} pictures`,
      `${formatCount(asked)} of them shown to the model again`,
    ],
  }
}

/** Asks the original file about every picture that is said to fool it. */
async function askAgain(
  run: { readFile(name: string): Promise<Uint8Array | undefined> },
  { examples }: AuditResult,
  settings: AuditConfig['settings'],
  bytes: Uint8Array,
  flaws: Flaw[],
): Promise<number> {
  const classifier = openClassifier(bytes, readingOf(settings))
  const engine = await nodeEngine({ threads: 1 })
  const original = await openOriginal(engine, bytes, classifier)
  try {
    const told = examples.filter(({ picture }) => picture !== undefined)
    for (const { picture, label } of told) {
      const png = await run.readFile(picture!)
      if (!png || checkPng(png)) continue
      const { pixels } = await decodePng(png, picture)
      const [named] = await original.names(
        Float32Array.from(pixels, (value) => value / 255),
        1,
      )
      if (named === label)
        flaws.push({
          file: picture!,
          problem: 'the model names it rightly, though it is said to be fooled by it',
          remedy: RESUME,
        })
    }
    return told.length
  } finally {
    await original.close()
    await engine.close()
  }
}
