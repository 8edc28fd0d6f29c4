// Gradients of convolutions to their inputs as convolutions with kernels turned around, where ONNX Runtime is faster at those.
import { conv, reshape, slice, transpose } from '../graph/build.ts'
import { convGeometry } from '../graph/conv-shape.ts'
import type { Attributes, Graph, Value } from '../graph/value.ts'
import { backAsForward, padsBack } from './blocks.ts'
import { fixedValues } from './fixed.ts'
import { rewrite } from './rewrite.ts'

/**
 * The kernel [o, c / group, ...] of a convolution as that of the way back, [c, o / group, ...]: within each group both sides
 * change places, and every spatial axis runs backwards.
 */
function turned(kernel: Value, group: number): Value {
  const [o, perGroup, ...window] = kernel.shape as [number, number, ...number[]]
  const grouped = reshape(kernel, [group, o / group, perGroup, ...window])
  const swapped = transpose(grouped, [0, 2, 1, ...window.map((_, i) => i + 3)])
  const back = reshape(swapped, [group * perGroup, o / group, ...window])
  const long = window.flatMap((length, i) => (length > 1 ? [{ axis: i + 2, length }] : []))
  if (long.length === 0) return back
  return slice(
    back,
    long.map(({ axis, length }) => ({ axis, start: length - 1, end: -length - 1, step: -1 })),
  )
}

function asConvolution(dy: Value, kernel: Value, attributes: Attributes, fixed: boolean): Value | undefined {
  const geometry = convGeometry(attributes, kernel.shape.length - 2)
  if (!backAsForward(kernel.shape, geometry, fixed)) return undefined
  const { dilations, group } = geometry
  return conv(dy, turned(kernel, group), { dilations, group, pads: padsBack(kernel.shape, geometry)! })
}

/**
 * A convolution with stride 1 has as gradient to its input a convolution of dy. ONNX Runtime's ConvTranspose makes one small
 * product and one scattered sum for every image and group; its Conv works on blocks of channels where kernels are fixed, as
 * those of a network that is attacked.
 */
export function flipKernels(graph: Graph): Graph {
  const fixed = fixedValues(graph)
  return rewrite(graph, (node, inputs) => {
    if (node.op !== 'ConvInputGradient') return undefined
    const found = asConvolution(inputs[0]!, inputs[1]!, node.attributes, fixed.has(node.inputs[1]!))
    return found && [found]
  })
}
