// Arrays [..., 1] beside a single number: ONNX Runtime goes through them one row, that is one number, at a time.
import { reshape } from '../graph/build.ts'
import { apply } from '../graph/ops.ts'
import type { Graph } from '../graph/value.ts'
import { sameShape, sizeOf } from '../util/shape.ts'
import { rewrite } from './rewrite.ts'

const ARITHMETIC = new Set(['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Greater', 'Less', 'Equal'])

/** Leaves out trailing axes of length 1 where one operand is a single number. */
export const dropTrailingOnes = (graph: Graph): Graph =>
  rewrite(graph, (node, inputs) => {
    const y = node.outputs[0]!
    if (!ARITHMETIC.has(node.op) || y.shape.at(-1) !== 1 || sizeOf(y.shape) === 1) return undefined
    const full = inputs.filter(({ shape }) => sameShape(shape, y.shape))
    if (full.length !== 1 || inputs.some((value) => value !== full[0] && sizeOf(value.shape) !== 1))
      return undefined
    const flat = inputs.map((value) => reshape(value, value === full[0] ? [sizeOf(y.shape)] : []))
    return [reshape(apply(node.op, flat, node.attributes, node.label), y.shape)]
  })
