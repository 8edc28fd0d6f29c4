// How a trained classifier names the held-out images of other data than its own.
import { isDeepStrictEqual } from 'node:util'
import type { Dataset } from '../data/index.ts'
import { classify } from '../pictures/classification.ts'
import type { Classification } from '../runs/index.ts'
import { nodeEngine } from '../runtime/node.ts'
import { frozen } from '../training/functions.ts'
import { DataError } from '../util/errors.ts'
import { openOwnRun } from './own-code.ts'
import { checkpointArrays, newestCheckpoint, recordedObjective } from './recorded-run.ts'

/**
 * Names images with the newest weights of a run.
 *
 * @throws DataError when the run has no weights, the images no labels, or other classes than the run's data; ConfigError when
 *   the run names no classes
 */
export async function classifyWith(
  folder: string,
  dataset: Dataset,
  { threads }: { readonly threads?: number | undefined } = {},
): Promise<Classification> {
  const run = await openOwnRun(folder)
  const { labels, classes, name } = dataset
  const { classes: own } = run.config.data
  if (!labels)
    throw new DataError(
      `the data "${name}" has no labels, so nobody knows whether its images are named rightly`,
    )
  if (own && !isDeepStrictEqual([...own], [...classes]))
    throw new DataError(
      `the data "${name}" has the classes ${classes.slice(0, 5).join(', ')}..., the run learned ${own.slice(0, 5).join(', ')}...; test it on data of the same classes`,
    )
  const objective = recordedObjective(run.config)
  const checkpoint = await newestCheckpoint(run)
  const engine = await nodeEngine(threads === undefined ? {} : { threads })
  try {
    const weights = frozen(engine, checkpointArrays(checkpoint, run.config, objective))
    return await classify({ objective, weights, step: checkpoint.step }, { ...dataset, labels })
  } finally {
    await engine.close()
  }
}
