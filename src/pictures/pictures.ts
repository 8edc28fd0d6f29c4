// The pictures and the report of a run, from its folder and its newest weights.
import { join } from 'node:path'
import type { Objective } from '../objectives/objective.ts'
import type { ImageBatch, ReportFigure } from '../report/index.ts'
import { writeReport } from '../report/node/index.ts'
import { imageSize, imagesOf } from '../runs/index.ts'
import type { RunFolder } from '../runs/node/index.ts'
import type { Engine } from '../runtime/engine.ts'
import { frozen, type Weights } from '../training/functions.ts'
import type { TrainingState } from '../training/state.ts'
import { randomStream } from '../util/random.ts'
import { freshSamples } from './fresh-samples.ts'
import { imageBatch } from './images.ts'
import { dataOnce, type PictureContext, type PictureData } from './picture-maker.ts'
import { PICTURES } from './registry.ts'

/** Images of the final grid: 20 rows of 20, as in the chapter. */
const GRID_COUNT = 400

/** Fresh samples of an objective with the given weights. */
export async function freshImages(
  weights: Weights,
  objective: Objective,
  run: RunFolder,
  {
    count,
    seed,
    purpose,
    given,
  }: {
    readonly count: number
    readonly seed: number
    readonly purpose: string
    readonly given?: Readonly<Record<string, number>> | undefined
  },
): Promise<ImageBatch> {
  const { height, width, channels } = imagesOf(run.config)
  const random = randomStream(seed, purpose)
  const values = await freshSamples(weights, objective, { count, random, given })
  return imageBatch({ values, count, shape: [height, width, channels] })
}

/** What the pictures are called in results; other figures have their own names. */
const NAMES: Readonly<Record<string, string>> = {
  'figures/learning-curves.png': 'curves',
  'figures/samples-through-training.png': 'samples',
  'figures/samples-grid.png': 'grid',
  'report.html': 'report',
}

/** What was written, and what could not be made. */
export interface WrittenPictures {
  /** Absolute paths by name: curves, samples, grid, report, and figures by their names. */
  readonly files: Record<string, string>
  /** In words. */
  readonly problems: readonly string[]
}

/**
 * Makes every picture and `report.html`.
 *
 * @param data  loads the run's data, for figures of its images; called only when there are any
 * @param outcome  of a training that ends with these pictures; default: what the run's status says
 */
export async function writePictures(
  run: RunFolder,
  engine: Engine,
  objective: Objective,
  { arrays, step }: TrainingState,
  data: () => Promise<PictureData>,
  outcome?: 'finished' | 'stopped',
): Promise<WrittenPictures> {
  const { seed } = run.config.settings
  const weights = frozen(engine, arrays)
  const grid =
    objective.offers?.generate && imageSize(run.config)
      ? await freshImages(weights, objective, run, { count: GRID_COUNT, seed, purpose: 'sample/grid' })
      : undefined
  const missing: string[] = []
  const context: PictureContext = { run, engine, objective, weights, step, ...dataOnce(data, missing) }
  const figures: ReportFigure[] = []
  for (const { kind } of objective.pictures ?? []) {
    const draw = Object.hasOwn(PICTURES, kind) ? PICTURES[kind] : undefined
    if (draw) figures.push(...(await draw(context)))
    else
      missing.push(
        `Figures of the kind "${kind}": there are none; expected one of ${Object.keys(PICTURES).join(', ')}`,
      )
  }
  return writeRecorded(run, { ...(grid ? { grid } : {}), figures, missing, state: outcome })
}

/** The same without new weights: pictures of what the folder records, and those that are given. */
export async function writeRecorded(
  run: RunFolder,
  given: NonNullable<Parameters<typeof writeReport>[1]> = {},
): Promise<WrittenPictures> {
  const { files, problems } = await writeReport(run, given)
  const names = { ...NAMES }
  for (const { name } of given.figures ?? []) names[`figures/${name}.png`] = name
  return {
    files: Object.fromEntries(
      files.flatMap((file) => (names[file] ? [[names[file], join(run.folder, file)]] : [])),
    ),
    problems: [...(given.missing ?? []), ...problems],
  }
}
