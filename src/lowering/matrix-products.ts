// Matrix products without transposes: MatMul of transposed operands becomes FusedMatMul, a bias becomes Gemm's C.
import { apply } from '../graph/ops.ts'
import type { Graph, Value } from '../graph/value.ts'
import { countUses, rewrite } from './rewrite.ts'

/** The operand of a transpose of the last two axes, or undefined. */
function untransposed(value: Value): Value | undefined {
  if (value.node.op !== 'Transpose') return undefined
  const perm = value.node.attributes.perm as readonly number[]
  const rank = perm.length
  const swaps = perm.every((axis, i) => axis === (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i))
  return swaps ? value.node.inputs[0] : undefined
}

/** Reads transposed operands in place. */
export const fuseTransposes = (graph: Graph): Graph =>
  rewrite(graph, (node, inputs) => {
    if (node.op !== 'MatMul') return undefined
    const [a, b] = [untransposed(inputs[0]!), untransposed(inputs[1]!)]
    if (!a && !b) return undefined
    return [
      apply('FusedMatMul', [a ?? inputs[0]!, b ?? inputs[1]!], {
        transA: a ? 1 : 0,
        transB: b ? 1 : 0,
        alpha: 1,
      }),
    ]
  })

/** Adds a bias row inside the product. ONNX Runtime then also takes in a following Relu. */
export function fuseBias(graph: Graph): Graph {
  const uses = countUses(graph)
  return rewrite(graph, (node, inputs) => {
    if (node.op !== 'Add') return undefined
    for (const [product, bias, original] of [
      [inputs[0]!, inputs[1]!, node.inputs[0]!],
      [inputs[1]!, inputs[0]!, node.inputs[1]!],
    ] as const) {
      const fits = product.node.op === 'MatMul' && product.shape.length === 2 && uses.get(original) === 1
      if (
        fits &&
        bias.shape.length <= 2 &&
        bias.shape.at(-1) === product.shape[1] &&
        (bias.shape.length < 2 || bias.shape[0] === 1)
      )
        return [
          apply('Gemm', [product.node.inputs[0]!, product.node.inputs[1]!, bias], {
            alpha: 1,
            beta: 1,
            transA: 0,
            transB: 0,
          }),
        ]
    }
    return undefined
  })
}
