// Fills the arrays that a training step is fed with, as pure functions of (seed, feed, step).
import type { ExampleSource } from '../data/examples.ts'
import type { FeedData, StepFeeds } from '../runtime/engine.ts'
import { DataError } from '../util/errors.ts'
import { randomStream } from '../util/random.ts'
import { sizeOf } from '../util/shape.ts'
import { dtypeOf, type FeedSpec } from './step.ts'

export interface FeedOptions {
  readonly seed: number
  readonly source: ExampleSource
  readonly batches: 'replacement' | 'epoch'
  readonly batchSize: number
  /** Batches that one step takes; default 1. */
  readonly draws?: number
}

/**
 * Makes the batch order: which examples draw number `draw` of a step sees. With `epoch` the batches follow each other
 * through one shuffled pass over the data after another; a batch that reaches the end of a pass goes on in the next.
 */
export function batchIndices({
  seed,
  source,
  batches,
  batchSize,
  draws = 1,
}: FeedOptions): (step: number, draw: number) => Uint32Array {
  if (batches === 'replacement')
    return (step, draw) => {
      const random = randomStream(seed, draw === 0 ? 'batch' : `batch-${draw}`, step)
      return Uint32Array.from({ length: batchSize }, () => random.integer(source.count))
    }
  const orders = new Map<number, Uint32Array>()
  const orderOf = (epoch: number): Uint32Array => {
    let order = orders.get(epoch)
    if (!order) {
      if (orders.size > 1) orders.clear()
      order = randomStream(seed, 'epoch', epoch).permutation(source.count)
      orders.set(epoch, order)
    }
    return order
  }
  return (step, draw) => {
    const start = (step * draws + draw) * batchSize
    return Uint32Array.from({ length: batchSize }, (_, i) => {
      const place = start + i
      return orderOf(Math.floor(place / source.count))[place % source.count]!
    })
  }
}

const arrayOf = { float32: Float32Array, uint8: Uint8Array }

/** Bytes that one step's feeds take. */
export const feedBytes = (specs: readonly FeedSpec[]): number =>
  specs.reduce((sum, spec) => sum + arrayOf[dtypeOf(spec)].BYTES_PER_ELEMENT * sizeOf(spec.shape), 0)

/** Room for `size` numbers of a feed: the given memory if it is large enough, else new memory. */
function room(spec: FeedSpec, size: number, used: FeedData | undefined): FeedData {
  const Numbers = arrayOf[dtypeOf(spec)]
  const enough = used && used.buffer.byteLength >= Numbers.BYTES_PER_ELEMENT * size
  return enough ? new Numbers(used.buffer, 0, size) : new Numbers(size)
}

/**
 * Returns a function that makes the feeds of `steps` steps, starting at step `first` (counted from 0). It overwrites
 * the arrays of `used`, if given.
 *
 * @throws DataError when labels are asked for and the data has none
 */
export function feeder(
  specs: readonly FeedSpec[],
  options: FeedOptions,
): (first: number, steps: number, used?: StepFeeds) => StepFeeds {
  const draws = Math.max(1, ...specs.map((spec) => ('draw' in spec ? spec.draw + 1 : 1)))
  const indices = batchIndices({ ...options, draws })
  if (specs.some(({ kind }) => kind === 'labels') && !options.source.label)
    throw new DataError('this objective needs labels, and the data has none; use labelled data')
  const fillOne = (spec: FeedSpec, step: number, given: FeedData): void => {
    if (spec.kind === 'dropout') {
      randomStream(options.seed, spec.name, step).fillKept(given as Uint8Array, spec.rate)
      return
    }
    const out = given as Float32Array
    switch (spec.kind) {
      case 'images':
        options.source.fill(indices(step, spec.draw), out)
        return
      case 'labels': {
        indices(step, spec.draw).forEach((index, i) => {
          out[i] = options.source.label!(index)
        })
        return
      }
      case 'uniform':
        randomStream(options.seed, spec.name, step).fillUniform(out, spec.low, spec.high)
        return
      case 'normal':
        randomStream(options.seed, spec.name, step).fillNormal(out, spec.mean, spec.deviation)
        return
      case 'schedule':
        out[0] = spec.optimizer.schedule(step * spec.perStep + spec.position + 1)[spec.entry]!
    }
  }
  return (first, steps, used) =>
    Object.fromEntries(
      specs.map((spec) => {
        const size = sizeOf(spec.shape)
        const data = room(spec, steps * size, used?.[spec.name]?.data)
        for (let i = 0; i < steps; i++) fillOne(spec, first + i, data.subarray(i * size, (i + 1) * size))
        return [spec.name, { data, shape: [steps, ...spec.shape] }]
      }),
    )
}
