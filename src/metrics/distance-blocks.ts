// Squared distances between all rows of two sets on the engine, block by block, each reduced before it leaves.
import { add, matMul, max, mul, sub, transposeLast } from '../graph/build.ts'
import { input, type Value } from '../graph/value.ts'
import type { ArrayWithShape } from '../runtime/engine.ts'
import { checkNumber } from '../util/options.ts'
import type { Rows } from './features.ts'
import { type MeasureEngine, withModel } from './with-model.ts'

/** Options of everything that compares all with all. */
export interface BlockOptions {
  /**
   * Rows of a block; its columns are four times as many. At most block x 4 block distances exist at once. Default 1024.
   * Results do not depend on it, up to float32 rounding of distances.
   */
  readonly block?: number
}

/** Where a block lies: these many rows and columns from there on; what follows them in the block is padding. */
export interface Place {
  readonly row: number
  readonly rows: number
  readonly column: number
  readonly columns: number
}

export interface DistanceBlocks {
  readonly rows: Rows
  readonly columns: Rows
  /** Subtracted from both sides first, [d]: distances stay, and cancellation shrinks. */
  readonly origin: Float64Array
  /** One more number per column, which the reduction may use; padding gets 0. */
  readonly perColumn?: Float32Array
  /** From squared distances [block rows, block columns] and `perColumn` [1, block columns] to what leaves the engine. */
  reduce(squared: Value, perColumn: Value): Readonly<Record<string, Value>>
  /** Takes what has left the engine. */
  take(outputs: Readonly<Record<string, ArrayWithShape>>, place: Place): void
}

/** Rows `from` to `from + size`, less the origin, with their squared lengths; padding is infinitely far from all. */
function blockOf({ data, n, d }: Rows, origin: Float64Array, from: number, size: number) {
  const points = new Float32Array(size * d)
  const lengths = new Float32Array(size).fill(Number.POSITIVE_INFINITY)
  const count = Math.min(size, n - from)
  for (let i = 0; i < count; i++) {
    let length = 0
    for (let j = 0; j < d; j++) {
      const x = Math.fround(data[(from + i) * d + j]! - origin[j]!)
      points[i * d + j] = x
      length += x * x
    }
    lengths[i] = length
  }
  return { points, lengths, count }
}

/**
 * Runs over all pairs in blocks: |x - y|² = |x|² + |y|² - 2 x·y, at least 0.
 *
 * In float32: the error is about 1e-7 of the squared distance from the origin, so that distances below 3e-4 of that
 * radius are not told from 0. Whoever needs those computes them again from the rows.
 */
export async function eachDistanceBlock(
  engine: MeasureEngine,
  where: string,
  { rows, columns, origin, perColumn, reduce, take }: DistanceBlocks,
  { block = 1024 }: BlockOptions,
): Promise<void> {
  checkNumber(where, 'block', block, { integer: true, atLeast: 1 })
  const height = Math.min(block, rows.n)
  const width = Math.min(4 * block, columns.n)
  const x = input('x', [height, rows.d])
  const y = input('y', [width, rows.d])
  const xx = input('xx', [height, 1])
  const yy = input('yy', [1, width])
  const given = input('perColumn', [1, width])
  const squared = max(sub(add(xx, yy), mul(matMul(x, transposeLast(y)), 2)), 0)
  const graph = { inputs: [x, y, xx, yy, given], outputs: reduce(squared, given) }
  await withModel(engine, where, graph, async (model) => {
    for (let column = 0; column < columns.n; column += width) {
      const right = blockOf(columns, origin, column, width)
      const extra = new Float32Array(width)
      if (perColumn) extra.set(perColumn.subarray(column, column + right.count))
      for (let row = 0; row < rows.n; row += height) {
        const left = blockOf(rows, origin, row, height)
        const outputs = await model.run({
          x: { data: left.points, shape: x.shape },
          y: { data: right.points, shape: y.shape },
          xx: { data: left.lengths, shape: xx.shape },
          yy: { data: right.lengths, shape: yy.shape },
          perColumn: { data: extra, shape: given.shape },
        })
        take(outputs, { row, rows: left.count, column, columns: right.count })
      }
    }
  })
}
