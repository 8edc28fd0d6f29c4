// The pictures and the report of a run, from its folder and its newest weights.
import { join } from 'node:path'
import type { Objective } from '../objectives/objective.ts'
import type { ImageBatch } from '../report/index.ts'
import { writeReport } from '../report/node/index.ts'
import type { RunFolder } from '../runs/node/index.ts'
import type { Engine, StateArrays } from '../runtime/engine.ts'
import { randomStream } from '../util/random.ts'
import { openFreshSampler } from './fresh-samples.ts'
import { imageBatch } from './images.ts'

/** Images of the final grid: 20 rows of 20, as in the chapter. */
const GRID_COUNT = 400

/** Fresh samples of an objective with the given weights. */
export async function freshImages(
  engine: Engine,
  objective: Objective,
  run: RunFolder,
  arrays: StateArrays,
  { count, seed, purpose }: { readonly count: number; readonly seed: number; readonly purpose: string },
): Promise<ImageBatch> {
  const { height, width, channels } = run.config.data
  const sampler = await openFreshSampler(engine, objective, count)
  try {
    const images = await sampler.draw(arrays, count, randomStream(seed, purpose))
    return imageBatch({ images, count, shape: [height, width, channels] })
  } finally {
    await sampler.close()
  }
}

/** What the pictures are called in results. */
const NAMES: Readonly<Record<string, string>> = {
  'figures/learning-curves.png': 'curves',
  'figures/samples-through-training.png': 'samples',
  'figures/samples-grid.png': 'grid',
  'report.html': 'report',
}

/**
 * Makes every picture and `report.html`.
 *
 * @returns absolute paths by name: curves, samples, grid, report
 */
export async function writePictures(
  run: RunFolder,
  engine: Engine,
  objective: Objective,
  arrays: StateArrays,
): Promise<Record<string, string>> {
  const { seed } = run.config.settings
  const grid = objective.sampler
    ? await freshImages(engine, objective, run, arrays, { count: GRID_COUNT, seed, purpose: 'sample/grid' })
    : undefined
  return writeRecorded(run, grid)
}

/** The same without new weights: pictures of what the folder records, and of the images that are given. */
export async function writeRecorded(run: RunFolder, grid?: ImageBatch): Promise<Record<string, string>> {
  const { files } = await writeReport(run, grid ? { grid } : {})
  return Object.fromEntries(
    files.flatMap((file) => (NAMES[file] ? [[NAMES[file], join(run.folder, file)]] : [])),
  )
}
