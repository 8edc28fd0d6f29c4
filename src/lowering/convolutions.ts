// The gradient forms of convolution in operators that ONNX Runtime has.
import { conv, expand, reshape, slice, transpose } from '../graph/build.ts'
import { convGeometry } from '../graph/conv-shape.ts'
import { apply } from '../graph/ops.ts'
import { type Attributes, constant, type Graph, type Value } from '../graph/value.ts'
import { rewrite } from './rewrite.ts'

/** The gradient to the input is ONNX' ConvTranspose, cut or padded to the shape of the input. */
const inputGradient = (dy: Value, kernel: Value, attributes: Attributes): Value =>
  apply('ConvTranspose', [dy, kernel], attributes)

/** [n, group * k, ...] as [k, group * n, ...]: batch and the channels of each group change places. */
function swapped(images: Value, group: number): Value {
  const [n, channels, ...places] = images.shape as [number, number, ...number[]]
  const perGroup = channels / group
  const parts = reshape(images, [n, group, perGroup, ...places])
  return reshape(transpose(parts, [2, 1, 0, ...places.map((_, i) => i + 3)]), [
    perGroup,
    group * n,
    ...places,
  ])
}

/**
 * The gradient to the kernel is a convolution in which batch and channels change places: the strides of the
 * forward pass become dilations and its dilations strides. x [n, c, ...] is read as [c / group, group * n, ...], dy [n, o, ...]
 * as a kernel [o, n, ...], and the result [c / group, o, ...] is turned to [o, c / group, ...].
 */
function filterGradient(x: Value, dy: Value, attributes: Attributes): Value {
  const kernelShape = attributes.kernelShape as readonly number[]
  const rank = x.shape.length - 2
  const { strides, dilations, pads, group } = convGeometry(attributes, rank)
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
  const found = conv(swapped(given, group), transpose(dy, [1, 0, ...spatial]), {
    strides: dilations,
    dilations: strides,
    pads: [...pads.slice(0, rank), ...ends.map((end) => Math.max(0, end))],
    group,
  })
  return transpose(found, [1, 0, ...spatial])
}

/** Replaces ConvInputGradient and ConvFilterGradient by Conv and ConvTranspose. */
export const lowerConvolutions = (graph: Graph): Graph =>
  rewrite(graph, (node, inputs) => {
    if (node.op === 'ConvInputGradient') return [inputGradient(inputs[0]!, inputs[1]!, node.attributes)]
    if (node.op === 'ConvFilterGradient') return [filterGradient(inputs[0]!, inputs[1]!, node.attributes)]
    return undefined
  })
