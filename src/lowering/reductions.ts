// Sums over the rows of a matrix as products with a row of ones, which ONNX Runtime computes several times faster.

import { reshape } from '../graph/build.ts'
import { apply } from '../graph/ops.ts'
import { constant, type Graph, type Value } from '../graph/value.ts'
import { rewrite } from './rewrite.ts'

/** Below this many elements the call itself is the cost, and a product gains nothing. */
const LEAST_ELEMENTS = 8192

/** The row [1, rows] that sums (or averages) a column. */
const weights = (rows: number, each: number, like: Value): Value =>
  constant(new Float64Array(rows).fill(each), [1, rows], like.dtype)

/** ReduceSum and ReduceMean over axis 0 of a matrix. */
export const multiplySums = (graph: Graph): Graph =>
  rewrite(graph, (node, [x]) => {
    if (node.op !== 'ReduceSum' && node.op !== 'ReduceMean') return undefined
    const axes = node.attributes.axes as readonly number[]
    const [rows, columns] = x!.shape
    if (x!.shape.length !== 2 || axes.length !== 1 || axes[0] !== 0 || x!.dtype !== 'float32')
      return undefined
    if (rows! * columns! < LEAST_ELEMENTS) return undefined
    const each = node.op === 'ReduceMean' ? 1 / rows! : 1
    return [reshape(apply('MatMul', [weights(rows!, each, x!), x!]), node.outputs[0]!.shape)]
  })
