// The k nearest neighbours of every row of one set in another.
import { cast, neg, topK } from '../graph/build.ts'
import { type BlockOptions, eachDistanceBlock } from './distance-blocks.ts'
import type { Rows } from './features.ts'
import type { MeasureEngine } from './with-model.ts'

/** Neighbours [n, k] of n rows, nearest first; of equally near ones the first. */
export interface Neighbours {
  readonly k: number
  /** Squared distances, float32 precision: see `eachDistanceBlock`. */
  readonly squared: Float32Array
  /** Rows of the other set. */
  readonly indices: Int32Array
}

/**
 * Finds the k nearest rows of `among` for every row of `rows`, on the engine.
 *
 * A row that stands in both sets is its own neighbour.
 */
export async function nearest(
  engine: MeasureEngine,
  where: string,
  { rows, among, k, origin }: { rows: Rows; among: Rows; k: number; origin: Float64Array },
  options: BlockOptions,
): Promise<Neighbours> {
  const squared = new Float32Array(rows.n * k).fill(Number.POSITIVE_INFINITY)
  const indices = new Int32Array(rows.n * k).fill(-1)
  await eachDistanceBlock(
    engine,
    where,
    {
      rows,
      columns: among,
      origin,
      reduce(distances) {
        const found = topK(neg(distances), Math.min(k, distances.shape[1]!))
        return { nearness: found.values, index: cast(found.indices, 'int32') }
      },
      take({ nearness, index }, place) {
        const per = nearness!.shape[1]!
        for (let i = 0; i < place.rows; i++)
          for (let j = 0; j < per; j++) {
            const column = Number(index!.data[i * per + j])
            if (column >= place.columns) break
            const distance = -Number(nearness!.data[i * per + j])
            // Insertion among those found so far: a later one goes behind its equals.
            const start = (place.row + i) * k
            let at = start + k
            while (at > start && squared[at - 1]! > distance) at--
            if (at === start + k) break
            squared.copyWithin(at + 1, at, start + k - 1)
            indices.copyWithin(at + 1, at, start + k - 1)
            squared[at] = distance
            indices[at] = place.column + column
          }
      },
    },
    options,
  )
  return { k, squared, indices }
}

/** The distance between a row of each set, in float64. */
export function distanceBetween(a: Rows, i: number, b: Rows, j: number): number {
  let sum = 0
  for (let c = 0; c < a.d; c++) sum += (a.data[i * a.d + c]! - b.data[j * b.d + c]!) ** 2
  return Math.sqrt(sum)
}
