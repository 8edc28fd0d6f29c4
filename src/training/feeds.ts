// Fills the arrays that a training step is fed with: columns by their source, the rest as pure functions of (seed, feed, step).
import type { ColumnData, OpenSource } from '../data/source.ts'
import type { FeedData, StepFeeds } from '../runtime/engine.ts'
import { randomStream } from '../util/random.ts'
import { sizeOf } from '../util/shape.ts'
import { dtypeOf, type FeedSpec } from './inputs.ts'

const arrayOf = { float32: Float32Array, uint8: Uint8Array, int32: Int32Array, int64: BigInt64Array }

/** Bytes that one step's feeds take. */
export const feedBytes = (specs: readonly FeedSpec[]): number =>
  specs.reduce((sum, spec) => sum + arrayOf[dtypeOf(spec)].BYTES_PER_ELEMENT * sizeOf(spec.shape), 0)

/** Batches that one step takes. */
export const drawsOf = (specs: readonly FeedSpec[]): number =>
  Math.max(1, ...specs.map((spec) => (spec.kind === 'column' ? spec.draw + 1 : 1)))

/** Room for `size` numbers of a feed: the given memory if it is large enough, else new memory. */
function room(spec: FeedSpec, size: number, used: FeedData | undefined): FeedData {
  const Numbers = arrayOf[dtypeOf(spec)]
  const enough = used && used.buffer.byteLength >= Numbers.BYTES_PER_ELEMENT * size
  return enough ? new Numbers(used.buffer, 0, size) : new Numbers(size)
}

/** Fills what does not come from the data. */
function fillOne(
  spec: Exclude<FeedSpec, { kind: 'column' }>,
  seed: number,
  step: number,
  out: FeedData,
): void {
  switch (spec.kind) {
    case 'dropout':
      randomStream(seed, spec.name, step).fillKept(out as Uint8Array, spec.rate)
      return
    case 'uniform':
      randomStream(seed, spec.name, step).fillUniform(out as Float32Array, spec.low, spec.high)
      return
    case 'normal':
      randomStream(seed, spec.name, step).fillNormal(out as Float32Array, spec.mean, spec.deviation)
      return
    case 'number':
      out[0] = spec.at(step)
  }
}

/**
 * Returns a function that makes the feeds of `steps` steps, starting at step `first` (counted from 0). It overwrites
 * the arrays of `used`, if given. Steps must come in order where the source keeps a state.
 */
export function feeder(
  specs: readonly FeedSpec[],
  { seed, source }: { readonly seed: number; readonly source: OpenSource },
): (first: number, steps: number, used?: StepFeeds) => StepFeeds {
  const draws = drawsOf(specs)
  const columns = Array.from({ length: draws }, (_, draw) =>
    specs.flatMap((spec) => (spec.kind === 'column' && spec.draw === draw ? [spec] : [])),
  )
  return (first, steps, used) => {
    const rooms = new Map(
      specs.map((spec) => [spec, room(spec, steps * sizeOf(spec.shape), used?.[spec.name]?.data)] as const),
    )
    const part = (spec: FeedSpec, i: number): FeedData => {
      const size = sizeOf(spec.shape)
      return rooms.get(spec)!.subarray(i * size, (i + 1) * size)
    }
    for (const spec of specs)
      if (spec.kind !== 'column')
        for (let i = 0; i < steps; i++) fillOne(spec, seed, first + i, part(spec, i))
    for (let i = 0; i < steps; i++)
      columns.forEach((wanted, draw) => {
        if (wanted.length > 0)
          source.fill(
            first + i,
            draw,
            Object.fromEntries(wanted.map((spec) => [spec.column, part(spec, i) as ColumnData])),
          )
      })
    return Object.fromEntries(
      specs.map((spec) => [spec.name, { data: rooms.get(spec)!, shape: [steps, ...spec.shape] }]),
    )
  }
}
