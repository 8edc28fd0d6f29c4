// The gradient forms of convolution in operators that ONNX Runtime has.
import { conv, expand, slice, transpose } from '../graph/build.ts'
import { convGeometry } from '../graph/conv-shape.ts'
import { apply } from '../graph/ops.ts'
import { type Attributes, constant, type Graph, type Value } from '../graph/value.ts'
import { rewrite } from './rewrite.ts'

/** The gradient to the input is ONNX' ConvTranspose, cut or padded to the shape of the input. */
const inputGradient = (dy: Value, kernel: Value, attributes: Attributes): Value =>
  apply('ConvTranspose', [dy, kernel], attributes)

/**
 * The gradient to the kernel is a convolution in which batch and channels change places: the strides of the
 * forward pass become dilations and its dilations strides. x [n, c, ...] is read as [c, n, ...], dy [n, o, ...] as
 * a kernel [o, n, ...], and the result [c, o, ...] is turned to [o, c, ...].
 */
function filterGradient(x: Value, dy: Value, attributes: Attributes): Value {
  const kernelShape = attributes.kernelShape as readonly number[]
  const rank = x.shape.length - 2
  const { strides, dilations, pads, group } = convGeometry(attributes, rank)
  if (group > 1) return groupedFilterGradient(x, dy, attributes)
  // Rows of the padded input that no kernel position reaches would make the result larger: leave them out.
  const ends = x.shape.slice(2).map((length, axis) => {
    const reach =
      (dy.shape[axis + 2]! - 1) * strides[axis]! + dilations[axis]! * (kernelShape[axis + 2]! - 1) + 1
    return reach - length - pads[axis]!
  })
  // A kernel that never leaves the padding before an axis reads nothing but zeros.
  if (ends.some((end, axis) => x.shape[axis + 2]! + end <= 0))
    return expand(constant([0], [], x.dtype), kernelShape)
  const spatial = x.shape.map((_, axis) => axis).slice(2)
  let given = x
  if (ends.some((end) => end < 0))
    given = slice(
      x,
      spatial.map((axis, i) => ({ axis, start: 0, end: x.shape[axis]! + Math.min(0, ends[i]!) })),
    )
  const swapped = conv(transpose(given, [1, 0, ...spatial]), transpose(dy, [1, 0, ...spatial]), {
    strides: dilations,
    dilations: strides,
    pads: [...pads.slice(0, rank), ...ends.map((end) => Math.max(0, end))],
  })
  return transpose(swapped, [1, 0, ...spatial])
}

/** Groups are independent convolutions: one filter gradient each, stacked. */
function groupedFilterGradient(x: Value, dy: Value, attributes: Attributes): Value {
  const group = attributes.group as number
  const kernelShape = attributes.kernelShape as readonly number[]
  const [inputs, outputs] = [x.shape[1]! / group, dy.shape[1]! / group]
  const parts = Array.from({ length: group }, (_, i) =>
    filterGradient(
      slice(x, [{ axis: 1, start: i * inputs, end: (i + 1) * inputs }]),
      slice(dy, [{ axis: 1, start: i * outputs, end: (i + 1) * outputs }]),
      { ...attributes, group: 1, kernelShape: [outputs, ...kernelShape.slice(1)] },
    ),
  )
  return parts.length === 1 ? parts[0]! : apply('Concat', parts, { axis: 0 })
}

/** Replaces ConvInputGradient and ConvFilterGradient by Conv and ConvTranspose. */
export const lowerConvolutions = (graph: Graph): Graph =>
  rewrite(graph, (node, inputs) => {
    if (node.op === 'ConvInputGradient') return [inputGradient(inputs[0]!, inputs[1]!, node.attributes)]
    if (node.op === 'ConvFilterGradient') return [filterGradient(inputs[0]!, inputs[1]!, node.attributes)]
    return undefined
  })
