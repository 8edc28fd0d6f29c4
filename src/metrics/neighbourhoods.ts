// How far the nearest others of every sample are: what balls are made of, searched once for several measures.
import { checkNames, checkNumber } from '../util/options.ts'
import type { BlockOptions } from './distance-blocks.ts'
import { meanOf, requireRows, rowsOf, type Samples } from './features.ts'
import { nearest } from './nearest.ts'
import type { MeasureEngine } from './with-model.ts'

export interface NeighbourhoodOptions extends BlockOptions {
  /** How many neighbours; default 5. */
  readonly k?: number
}

/** Samples with the distances of each to its nearest others. */
export interface Neighbourhoods extends Samples {
  readonly k: number
  /** Squared Euclidean distances [n, k], nearest first, float32 precision. */
  readonly squared: Float32Array
}

/**
 * Finds the nearest others of every sample, so that several measures of the same samples need not search again: give
 * the result to them in place of the samples.
 *
 * @param samples  features [n, d]
 * @throws ShapeError when there are not more than k samples; ConfigError for numbers that are not finite
 */
export async function neighbourhoods(
  engine: MeasureEngine,
  samples: Samples,
  options: NeighbourhoodOptions = {},
): Promise<Neighbourhoods> {
  checkNames('neighbourhoods', options, ['k', 'block'])
  const { k = 5, ...blocks } = options
  return search(engine, 'neighbourhoods', 'samples', samples, k, blocks)
}

async function search(
  engine: MeasureEngine,
  where: string,
  name: string,
  { data, shape }: Samples,
  k: number,
  blocks: BlockOptions,
): Promise<Neighbourhoods> {
  checkNumber(where, 'k', k, { integer: true, atLeast: 1 })
  const rows = rowsOf(where, name, { data, shape })
  requireRows(where, name, rows, k + 1, `for k = ${k} neighbours`)
  // One more, because every sample is its own nearest neighbour.
  const found = await nearest(engine, where, { rows, among: rows, k: k + 1, origin: meanOf(rows) }, blocks)
  const squared = found.squared.filter((_, at) => at % (k + 1) > 0)
  return { data, shape, k, squared }
}

/** Squared distances to the k-th neighbours [n], from an earlier search where it went far enough. */
export async function radiiOf(
  engine: MeasureEngine,
  where: string,
  name: string,
  samples: Samples | Neighbourhoods,
  k: number,
  blocks: BlockOptions,
): Promise<Float32Array> {
  const known =
    'squared' in samples && samples.k >= k ? samples : await search(engine, where, name, samples, k, blocks)
  return known.squared.filter((_, at) => at % known.k === k - 1)
}
