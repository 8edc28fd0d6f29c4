// Balls around the samples of a set that reach to their k-th neighbour, and who of another set lies inside.
import { cast, less, reduceMax, reduceSum } from '../graph/build.ts'
import { type BlockOptions, eachDistanceBlock } from './distance-blocks.ts'
import { allEqual, meanOf, pairOf, type Rows, type Samples } from './features.ts'
import type { Measured } from './measured.ts'
import { type Neighbourhoods, radiiOf } from './neighbourhoods.ts'
import type { MeasureEngine } from './with-model.ts'

/** Membership of points in the balls around the rows of a set. */
export interface InBalls {
  /** For each point, how many balls hold it. */
  readonly balls: Int32Array
  /** For each ball, 1 when it holds a point. */
  readonly reached: Uint8Array
}

/** Why there are no balls. */
export interface NoBalls {
  readonly reason: string
}

/** Real and generated features; sides whose neighbourhoods are known are not searched again. */
export interface BallSides {
  readonly real: Samples | Neighbourhoods
  readonly fake: Samples | Neighbourhoods
}

/** Two sides, checked, whose samples are asked for the balls of the other side that they lie in. */
export interface BallTest {
  /** What results say of themselves. */
  readonly common: Pick<Measured, 'n' | 'estimator'>
  /** Which of the other side lie strictly inside the balls around the samples of `centres`. */
  around(centres: 'real' | 'fake'): Promise<InBalls | NoBalls>
}

/**
 * Gets ready to count who lies in whose balls.
 *
 * @throws ShapeError when lengths differ, and from `around` when there are not more than k centres
 */
export function ballTest(
  engine: MeasureEngine,
  where: string,
  sides: BallSides,
  k: number,
  blocks: BlockOptions,
): BallTest {
  const rows = pairOf(where, { real: sides.real, fake: sides.fake })
  const origin = meanOf(rows.real)
  return {
    common: { n: { real: rows.real.n, fake: rows.fake.n }, estimator: `k-NN balls, k = ${k}, strict <` },
    async around(centres) {
      const radii = await radiiOf(engine, where, centres, sides[centres], k, blocks)
      if (allEqual(rows[centres]))
        return { reason: `all samples of ${centres} are the same: their balls have no extent` }
      const points = rows[centres === 'real' ? 'fake' : 'real']
      return inBalls(engine, where, { points, centres: rows[centres], radii, origin }, blocks)
    },
  }
}

async function inBalls(
  engine: MeasureEngine,
  where: string,
  sets: { points: Rows; centres: Rows; radii: Float32Array; origin: Float64Array },
  blocks: BlockOptions,
): Promise<InBalls> {
  const { points, centres, radii, origin } = sets
  const balls = new Int32Array(points.n)
  const reached = new Uint8Array(centres.n)
  await eachDistanceBlock(
    engine,
    where,
    {
      rows: points,
      columns: centres,
      origin,
      perColumn: radii,
      reduce(distances, limits) {
        const inside = cast(less(distances, limits), 'float32')
        return { count: reduceSum(inside, { axes: [1] }), any: reduceMax(inside, { axes: [0] }) }
      },
      take({ count, any }, place) {
        for (let i = 0; i < place.rows; i++) balls[place.row + i]! += Number(count!.data[i])
        for (let j = 0; j < place.columns; j++) reached[place.column + j]! |= Number(any!.data[j])
      },
    },
    blocks,
  )
  return { balls, reached }
}

/** Share of the entries that are not 0. */
export const shareOf = (marks: Int32Array | Uint8Array): number => {
  let count = 0
  for (const mark of marks) if (mark > 0) count++
  return count / marks.length
}

/** A number taken from balls, or the reason why there are none. */
export const measuredIn = (
  found: InBalls | NoBalls,
  take: (found: InBalls) => number,
): Pick<Measured, 'value' | 'reason'> =>
  'reason' in found ? { value: null, reason: found.reason } : { value: take(found) }
