// Mean and covariance of features, in float64 on the engine.
import { matMul, transpose } from '../graph/build.ts'
import { input } from '../graph/value.ts'
import { meanOf, type Rows } from './features.ts'
import { type MeasureEngine, withModel } from './with-model.ts'

export interface Moments {
  /** [d] */
  readonly mean: Float64Array
  /** [d, d], divisor n - 1. */
  readonly covariance: Float64Array
}

/** Mean and unbiased covariance of rows: blocks of centred rows, each multiplied by itself. Needs two rows. */
export async function momentsOf(
  engine: MeasureEngine,
  where: string,
  rows: Rows,
  block: number,
): Promise<Moments> {
  const { data, n, d } = rows
  const mean = meanOf(rows)
  const height = Math.min(block, n)
  const x = input('x', [height, d], 'float64')
  const graph = { inputs: [x], outputs: { products: matMul(transpose(x, [1, 0]), x) } }
  const covariance = new Float64Array(d * d)
  await withModel(engine, where, graph, async (model) => {
    for (let from = 0; from < n; from += height) {
      const count = Math.min(height, n - from)
      // Rows of padding stay 0 and add nothing.
      const centred = new Float64Array(height * d)
      for (let i = 0; i < count; i++)
        for (let j = 0; j < d; j++) centred[i * d + j] = data[(from + i) * d + j]! - mean[j]!
      const { products } = await model.run({ x: { data: centred, shape: x.shape } })
      for (let i = 0; i < covariance.length; i++) covariance[i]! += Number(products!.data[i]) / (n - 1)
    }
  })
  return { mean, covariance }
}
