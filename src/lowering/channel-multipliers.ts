// Depthwise convolutions with several filters a channel as such with one, where ONNX Runtime then works on blocks of channels.
import { conv, convInputGradient, expand, reduceSum, reshape } from '../graph/build.ts'
import { convGeometry } from '../graph/conv-shape.ts'
import type { Attributes, Graph, Value } from '../graph/value.ts'
import { backAsForward } from './blocks.ts'
import { fixedValues } from './fixed.ts'
import { rewrite } from './rewrite.ts'

/** Filters of each channel of a depthwise kernel [c * m, 1, ...]; undefined for other kernels. */
function filtersPerChannel({ shape }: Value, attributes: Attributes): number | undefined {
  const { group } = convGeometry(attributes, shape.length - 2)
  return group > 1 && shape[1] === 1 ? shape[0]! / group : undefined
}

/** Every channel `times` times in a row: [n, c, ...] to [n, c * times, ...]. */
function repeated(x: Value, times: number): Value {
  const [n, c, ...places] = x.shape as [number, number, ...number[]]
  const once = reshape(x, [n, c, 1, ...places])
  return reshape(expand(once, [n, c, times, ...places]), [n, c * times, ...places])
}

function gradient(dy: Value, kernel: Value, attributes: Attributes, times: number): Value {
  const [n, c, ...places] = attributes.inputShape as [number, number, ...number[]]
  const group = c * times
  const each = convInputGradient(dy, kernel, { ...attributes, group, inputShape: [n, group, ...places] })
  return reduceSum(reshape(each, [n, c, times, ...places]), { axes: [2] })
}

/**
 * Where a kernel is the same in every run, x is read once for every filter of a channel, and gradients to x are summed over them:
 * both then are depthwise convolutions with one filter a channel, which the runtime has code for. With strides it has none for
 * gradients, and they stay.
 */
export function repeatChannels(graph: Graph): Graph {
  const fixed = fixedValues(graph)
  return rewrite(graph, (node, [a, kernel]) => {
    const { op, attributes, inputs } = node
    if ((op !== 'Conv' && op !== 'ConvInputGradient') || !fixed.has(inputs[1]!)) return undefined
    const times = filtersPerChannel(kernel!, attributes)
    if (times === undefined || times === 1) return undefined
    const group = kernel!.shape[0]!
    if (op === 'Conv') return [conv(repeated(a!, times), kernel!, { ...attributes, group })]
    const geometry = convGeometry({ ...attributes, group }, kernel!.shape.length - 2)
    return backAsForward(kernel!.shape, geometry, true)
      ? [gradient(a!, kernel!, attributes, times)]
      : undefined
  })
}
