// The report and the figures of a run, written into its folder.
import { imageSize, type RunRecord, type RunStatus } from '../../runs/index.ts'
import type { RunFolder } from '../../runs/node/index.ts'
import { messageOf } from '../../util/errors.ts'
import { learningCurves } from '../charts.ts'
import type { ReportFigure } from '../extra-figures.ts'
import {
  evenSelection,
  type StepSamples,
  sheetSvg,
  throughTrainingCells,
  throughTrainingSvg,
} from '../figures.ts'
import { columnsOf, type ImageBatch, tileGrid, untileGrid } from '../grid.ts'
import { reportHtml } from '../html.ts'
import type { ReportAssets } from '../page-samples.ts'
import { planeFigures } from '../plane-figure.ts'
import { renderSvg } from '../svg.ts'
import { writeFigures } from './extra-figures.ts'
import { decodePng, encodePng, svgToPng } from './png.ts'

/** File of the large grid; a later report without new images uses it again. */
const GRID_FILE = 'figures/samples-grid.png'

/** Sampling steps that a report shows, evenly spread over all: with every sheet the page would outgrow a browser. */
const MOST_STEPS = 200
/** For the same reason, bytes of sheets: large sheets in colour are shown at fewer steps. */
const MOST_BYTES = 24e6

/** What a report wrote, and what it had to leave out. */
export interface WrittenReport {
  /** Names relative to the run folder; `report.html` is the last. */
  files: string[]
  /** Pictures that could not be used, in words. */
  problems: string[]
}

type Sheets = NonNullable<ReportAssets['sheets']>

/** The bytes of the sample sheets that can be read as pictures. */
async function readSheets(run: RunFolder, record: RunRecord, problems: string[]) {
  const sheets: Sheets[number][] = []
  const fixed: StepSamples[] = []
  const size = imageSize(record.config)
  const steps = [...new Set(record.samples.map(({ step }) => step))]
  const shown = new Set(evenSelection(steps, MOST_STEPS))
  for (const sample of record.samples.filter(({ step }) => shown.has(step))) {
    const png = await run.readFile(sample.file)
    if (!png) continue
    try {
      const image = await decodePng(png, sample.file)
      if (sample.kind === 'fixed' && size) {
        const images = untileGrid(image, size)
        const columns = columnsOf(image.width, size.width)
        // A square has no meaning in its rows.
        fixed.push({ step: sample.step, images, ...(columns ** 2 === images.count ? {} : { columns }) })
      }
      sheets.push({ ...sample, png })
    } catch (error) {
      problems.push(messageOf(error))
    }
  }
  return { sheets: within(MOST_BYTES, sheets), fixed }
}

/** The sheets of an even selection of their steps that takes no more than about so many bytes. */
function within(most: number, sheets: readonly Sheets[number][]): Sheets[number][] {
  const bytes = sheets.reduce((sum, { png }) => sum + png.length, 0)
  const steps = [...new Set(sheets.map(({ step }) => step))]
  const shown = new Set(
    evenSelection(steps, Math.max(2, Math.floor((steps.length * most) / Math.max(1, bytes)))),
  )
  return sheets.filter(({ step }) => shown.has(step))
}

/**
 * Writes `figures/learning-curves`, `figures/samples-through-training` and, when there are images for it,
 * `figures/samples-grid`, the duel of runs on the plane, and the figures that are given, each as SVG and PNG, and `report.html`. May be called while the
 * run trains.
 *
 * @param grid     images of the final network for the large grid, e.g. 400. Default: the grid of the last report
 * @param figures  figures of this kind of run. Those of the last report that have other names are kept
 * @param missing  figures that could not be made, in words; the page says so
 * @param state    what the run is once this is written: it is called finished only then. Default: what its status says
 * @throws DataError when a log of the run cannot be read; ConfigError when the folder cannot be written
 */
export async function writeReport(
  run: RunFolder,
  {
    grid,
    figures = [],
    missing = [],
    state,
  }: {
    grid?: ImageBatch
    figures?: readonly ReportFigure[]
    missing?: readonly string[]
    state?: RunStatus['state'] | undefined
  } = {},
): Promise<WrittenReport> {
  const read = await run.readRecord()
  const record = state ? { ...read, status: { ...read.status, state } } : read
  const files: string[] = []
  const problems: string[] = []
  const write = async (name: string, content: Uint8Array | string): Promise<void> => {
    await run.writeFile(name, content)
    files.push(name)
  }
  const assets: ReportAssets = { logs: run.logs }

  if (record.metrics.length > 0) {
    const svg = renderSvg(learningCurves(record), 1100, 480)
    await write('figures/learning-curves.svg', svg)
    await write('figures/learning-curves.png', await svgToPng(svg))
  }

  const { sheets, fixed } = await readSheets(run, record, problems)
  assets.sheets = sheets
  if (fixed.length > 0) {
    assets.through = await throughTrainingCells(fixed, { encode: encodePng })
    const svg = throughTrainingSvg(assets.through)
    await write('figures/samples-through-training.svg', svg)
    await write('figures/samples-through-training.png', await svgToPng(svg))
  }

  if (grid) {
    const sheet = tileGrid(grid, { columns: Math.ceil(Math.sqrt(grid.count)) })
    const png = await encodePng(sheet)
    const title = `${grid.count} samples of ${record.config.model}`
    await write('figures/samples-grid.svg', sheetSvg(png, { ...sheet, title }))
    await write(GRID_FILE, png)
    assets.grid = { png, count: grid.count }
  } else {
    const png = await run.readFile(GRID_FILE)
    const size = imageSize(record.config)
    if (png && size) {
      try {
        assets.grid = { png, count: untileGrid(await decodePng(png, GRID_FILE), size).count }
      } catch (error) {
        problems.push(messageOf(error))
      }
    }
  }

  assets.figures = await writeFigures(run, [...planeFigures(record), ...figures], write, problems)
  assets.missing = missing
  assets.evaluation = await run.readEvaluation()
  await write('report.html', reportHtml(record, assets))
  return { files, problems }
}
