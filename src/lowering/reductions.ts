// Sums over leading axes, such as the batch, as products with a row of ones, which ONNX Runtime computes several times faster.

import { reshape } from '../graph/build.ts'
import { apply } from '../graph/ops.ts'
import { constant, type Graph, type Value } from '../graph/value.ts'
import { sizeOf } from '../util/shape.ts'
import { rewrite } from './rewrite.ts'

/** Below this many elements the call itself is the cost, and a product gains nothing. */
const LEAST_ELEMENTS = 8192

/** The row [1, rows] that sums (or averages) a column. */
const weights = (rows: number, each: number, like: Value): Value =>
  constant(new Float64Array(rows).fill(each), [1, rows], like.dtype)

/** ReduceSum and ReduceMean over leading axes. */
export const multiplySums = (graph: Graph): Graph =>
  rewrite(graph, (node, [x]) => {
    if (node.op !== 'ReduceSum' && node.op !== 'ReduceMean') return undefined
    const axes = [...(node.attributes.axes as readonly number[])].sort((a, b) => a - b)
    const leading = axes.length > 0 && axes.every((axis, i) => axis === i)
    if (!leading || axes.length === x!.shape.length || x!.dtype !== 'float32') return undefined
    const rows = sizeOf(x!.shape.slice(0, axes.length))
    const columns = sizeOf(x!.shape) / rows
    if (rows * columns < LEAST_ELEMENTS) return undefined
    const each = node.op === 'ReduceMean' ? 1 / rows : 1
    const product = apply('MatMul', [weights(rows, each, x!), reshape(x!, [rows, columns])])
    return [reshape(product, node.outputs[0]!.shape)]
  })
