// Balls around the samples of a set that reach to their k-th neighbour, and who of another set lies inside.
import { cast, less, reduceMax, reduceSum } from '../graph/build.ts'
import { checkNumber } from '../util/options.ts'
import { type BlockOptions, eachDistanceBlock } from './distance-blocks.ts'
import { allEqual, type Rows, requireRows } from './features.ts'
import type { Measured } from './measured.ts'
import { nearest } from './nearest.ts'
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

/**
 * Counts which `points` lie strictly inside the balls around `centres`, whose radius is the distance of a centre to
 * its k-th nearest other centre.
 *
 * @returns a reason when all centres are the same: their balls have no extent
 * @throws ShapeError when there are not more than k centres
 */
export async function inBalls(
  engine: MeasureEngine,
  where: string,
  {
    points,
    centres,
    centresName,
    k,
    origin,
  }: {
    readonly points: Rows
    readonly centres: Rows
    /** What messages call the centres. */
    readonly centresName: string
    readonly k: number
    readonly origin: Float64Array
  },
  options: BlockOptions,
): Promise<InBalls | NoBalls> {
  checkNumber(where, 'k', k, { integer: true, atLeast: 1 })
  requireRows(where, centresName, centres, k + 1, `for k = ${k} neighbours`)
  if (allEqual(centres))
    return { reason: `all samples of ${centresName} are the same: their balls have no extent` }
  // k + 1, because every centre is its own nearest neighbour.
  const { squared } = await nearest(
    engine,
    where,
    { rows: centres, among: centres, k: k + 1, origin },
    options,
  )
  const radii = Float32Array.from({ length: centres.n }, (_, i) => squared[i * (k + 1) + k]!)
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
    options,
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
