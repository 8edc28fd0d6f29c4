// The extra figures of a run on disk: written with their captions, and found again by a later report.

import type { RunFolder } from '../../runs/node/index.ts'
import { describeIssues } from '../../runs/schema.ts'
import { ConfigError, messageOf } from '../../util/errors.ts'
import { captionsSchema, type FigureNotes, type ReportFigure } from '../extra-figures.ts'
import { svgToPng } from './png.ts'

/** The captions of a run's figures, in the order of the page. */
const CAPTIONS_FILE = 'figures/captions.json'

type Write = (name: string, content: Uint8Array | string) => Promise<void>

async function readCaptions(run: RunFolder, problems: string[]): Promise<FigureNotes[]> {
  const bytes = await run.readFile(CAPTIONS_FILE)
  if (!bytes) return []
  try {
    return captionsSchema.parse(JSON.parse(new TextDecoder().decode(bytes)))
  } catch (error) {
    problems.push(`${CAPTIONS_FILE} cannot be read, its figures are left out: ${messageOf(error)}`)
    return []
  }
}

/** The figures that an earlier report left, without those of the given names. */
async function keptFigures(
  run: RunFolder,
  names: ReadonlySet<string>,
  problems: string[],
): Promise<ReportFigure[]> {
  const kept: ReportFigure[] = []
  for (const notes of await readCaptions(run, problems)) {
    if (names.has(notes.name)) continue
    const svg = await run.readFile(`figures/${notes.name}.svg`)
    if (svg) kept.push({ ...notes, svg: new TextDecoder().decode(svg) })
    else problems.push(`figures/${notes.name}.svg is gone`)
  }
  return kept
}

/**
 * Writes every figure as SVG and PNG and the captions of all.
 *
 * @returns the figures given and then those of an earlier report that were not given now
 * @throws ConfigError when two figures have one name, or a name is no file name
 */
export async function writeFigures(
  run: RunFolder,
  figures: readonly ReportFigure[],
  write: Write,
  problems: string[],
): Promise<ReportFigure[]> {
  const names = new Set(figures.map(({ name }) => name))
  if (names.size < figures.length)
    throw new ConfigError(
      `every figure of a report has a name of its own, got ${figures.map(({ name }) => name).join(', ')}`,
    )
  const all = [...figures, ...(await keptFigures(run, names, problems))]
  if (figures.length === 0) return all
  const captions = captionsSchema.safeParse(all) // Without the pictures.
  if (!captions.success) throw new ConfigError(`a figure of the report: ${describeIssues(captions.error)}`)
  for (const { name, svg, scale } of figures) {
    await write(`figures/${name}.svg`, svg)
    await write(`figures/${name}.png`, await svgToPng(svg, scale))
  }
  await write(CAPTIONS_FILE, `${JSON.stringify(captions.data, null, 2)}\n`)
  return all
}
