// Whether samples lie suspiciously near to training samples.
import { checkNames } from '../util/options.ts'
import type { BlockOptions } from './distance-blocks.ts'
import { meanOf, pairOf, type Rows, type Samples } from './features.ts'
import type { Measured } from './measured.ts'
import { distanceBetween, nearest } from './nearest.ts'
import type { MeasureEngine } from './with-model.ts'

/** Distances of samples to their nearest training sample. */
export interface NearestTraining {
  /** [n], Euclidean. */
  readonly distances: Float64Array
  /** Which training sample is nearest [n]. */
  readonly indices: Int32Array
  readonly median: number
}

export interface Memorisation extends Measured {
  readonly fake: NearestTraining
  /** May be given to the next call in place of the held-out samples; `nearestTraining` finds it, too. */
  readonly heldOut: NearestTraining
  /** Standard deviations of `value` from 1/2 under the assumption of no copying (Mann-Whitney); copying above about 3. */
  readonly deviations: number
}

function medianOf(numbers: Float64Array): number {
  const sorted = numbers.toSorted()
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Mann-Whitney's share of pairs in which a fake distance is the smaller; equal ones count half. */
function shareNearer(fake: Float64Array, heldOut: Float64Array): number {
  const sorted = heldOut.toSorted()
  /** How many of the sorted distances are below x, or at most x. */
  const below = (x: number, orEqual: boolean): number => {
    let [low, high] = [0, sorted.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (sorted[middle]! < x || (orEqual && sorted[middle] === x)) low = middle + 1
      else high = middle
    }
    return low
  }
  let pairs = 0
  for (const x of fake) {
    const [under, upTo] = [below(x, false), below(x, true)]
    pairs += sorted.length - upTo + (upTo - under) / 2
  }
  return pairs / (fake.length * sorted.length)
}

/**
 * The nearest training sample of every sample.
 *
 * @param engine   searches in float32; distances of what was found are computed again in float64
 * @param train    images or features [t, ...]
 * @param samples  [n, ...], same shape per sample
 * @throws ShapeError when lengths per sample differ; ConfigError for numbers that are not finite
 */
export async function nearestTraining(
  engine: MeasureEngine,
  train: Samples,
  samples: Samples,
  options: BlockOptions = {},
): Promise<NearestTraining> {
  checkNames('nearestTraining', options, ['block'])
  const { rows, among } = sidesOf('nearestTraining', train, 'samples', samples)
  return search(engine, 'nearestTraining', rows, among, options)
}

/** Samples, called `name` in messages, as rows that are looked for among the training rows. */
function sidesOf(where: string, train: Samples, name: string, samples: Samples): { rows: Rows; among: Rows } {
  const pair = pairOf<'train', string>(where, { train, [name]: samples } as Record<'train' | string, Samples>)
  return { rows: pair[name]!, among: pair.train! }
}

async function search(
  engine: MeasureEngine,
  where: string,
  rows: Rows,
  among: Rows,
  options: BlockOptions,
): Promise<NearestTraining> {
  const { indices } = await nearest(engine, where, { rows, among, k: 1, origin: meanOf(among) }, options)
  const distances = Float64Array.from(indices, (j, i) => distanceBetween(rows, i, among, j))
  return { distances, indices, median: medianOf(distances) }
}

/**
 * Memorisation: distances to the nearest training sample, against those of real samples that were held out.
 *
 * `value` is the probability that a fake lies nearer to the training set than a held-out real sample does: 1/2 without
 * copying, 1 when every fake is a copy, below 1/2 for samples that are unlike the data. Samples without variety or
 * detail lie near to many training samples, too: look at the nearest pairs before calling it copying.
 *
 * @param engine        searches in float32; distances of what was found are computed again in float64
 * @param sets.train    images or features [t, ...]
 * @param sets.fake     [n, ...], same shape per sample
 * @param sets.heldOut  real samples outside the training set [m, ...], or what an earlier call found of them
 * @returns a share, 0 to 1, with the distances and nearest indices of both sides, in the units of the samples
 * @throws ShapeError when lengths per sample differ; ConfigError for numbers that are not finite
 * @source Meehan et al. 2020, arXiv:2004.05675 (the statistic, over all of the space)
 */
export async function memorisation(
  engine: MeasureEngine,
  sets: { readonly train: Samples; readonly fake: Samples; readonly heldOut: Samples | NearestTraining },
  options: BlockOptions = {},
): Promise<Memorisation> {
  const where = 'memorisation'
  checkNames(where, options, ['block'])
  const { train, fake, heldOut } = sets
  const find = (name: string, samples: Samples): Promise<NearestTraining> => {
    const { rows, among } = sidesOf(where, train, name, samples)
    return search(engine, where, rows, among, options)
  }
  const found = {
    fake: await find('fake', fake),
    heldOut: 'distances' in heldOut ? heldOut : await find('heldOut', heldOut),
  }
  const value = shareNearer(found.fake.distances, found.heldOut.distances)
  const [n, m] = [found.fake, found.heldOut].map(({ distances }) => distances.length) as [number, number]
  return {
    value,
    deviations: (value - 0.5) / Math.sqrt((n + m + 1) / (12 * n * m)),
    ...found,
    n: { train: train.shape[0]!, fake: n, heldOut: m },
    estimator: 'Mann-Whitney share of Euclidean distances to the nearest training sample',
  }
}
