// Import rules of convolutions.
import * as g from '../../graph/build.ts'
import { apply } from '../../graph/ops.ts'
import type { Value } from '../../graph/value.ts'
import { type Call, int, ints, intsEach, operand, type Rule, refuse, text } from './call.ts'
import { perChannel } from './normalization.ts'
import { windowsOf } from './windows.ts'

const withBias = (call: Call, y: Value, bias: Value | undefined): Value =>
  bias ? g.add(y, perChannel(call, bias, y.shape.length)) : y

/** A convolution with the attributes of the call, without a bias. */
export function convolve(call: Call, x: Value, kernel: Value): Value {
  const windows = windowsOf(call, x.shape.slice(2), kernel.shape.slice(2))
  return apply(
    'Conv',
    [x, kernel],
    {
      strides: windows.map(({ stride }) => stride),
      dilations: windows.map(({ dilation }) => dilation),
      pads: [...windows.map(({ before }) => before), ...windows.map(({ after }) => after)],
      group: int(call, 'group', 1),
    },
    call.label,
  )
}

const convolution = (call: Call): Value =>
  withBias(call, convolve(call, operand(call, 0), operand(call, 1)), call.inputs[2])

/** One axis of a transposed convolution: its length without any cropping, and what is cropped at both ends. */
interface Axis {
  readonly full: number
  readonly before: number
  readonly after: number
}

function transposedAxes(call: Call, lengths: readonly number[], kernel: readonly number[]): Axis[] {
  const rank = lengths.length
  const ones = lengths.map(() => 1)
  const strides = intsEach(call, 'strides', ones, 1)
  const dilations = intsEach(call, 'dilations', ones, 1)
  const pads = intsEach(call, 'pads', new Array<number>(2 * rank).fill(0), 0)
  const extra = intsEach(call, 'output_padding', new Array<number>(rank).fill(0), 0)
  const wanted = ints(call, 'output_shape')
  const mode = text(call, 'auto_pad', 'NOTSET')
  return lengths.map((length, axis) => {
    const full = strides[axis]! * (length - 1) + (kernel[axis]! - 1) * dilations[axis]! + 1
    const same = mode === 'SAME_UPPER' || mode === 'SAME_LOWER'
    const target = wanted ? wanted.at(axis - rank)! : same ? length * strides[axis]! : undefined
    if (target === undefined) {
      const [before, after] = mode === 'VALID' ? [0, 0] : [pads[axis]!, pads[rank + axis]!]
      return { full, before, after: after - extra[axis]! }
    }
    const total = full + extra[axis]! - target
    const less = Math.floor(total / 2)
    const before = mode === 'SAME_UPPER' ? less : total - less
    return { full, before, after: total - before - extra[axis]! }
  })
}

/** A transposed convolution is the gradient of a convolution to its input. */
function transposedConvolution(call: Call): Value {
  const [x, kernel] = [operand(call, 0), operand(call, 1)]
  const axes = transposedAxes(call, x.shape.slice(2), kernel.shape.slice(2))
  const group = int(call, 'group', 1)
  const strides = ints(call, 'strides') ?? axes.map(() => 1)
  // Rows that are put at the end must be fewer than a stride: no runtime takes more.
  if (!axes.every(({ before, after }, i) => before >= 0 && after > -strides[i]!))
    refuse('a ConvTranspose with output_padding of a stride or more, or an output_shape beyond its reach')
  const y = apply(
    'ConvInputGradient',
    [x, kernel],
    {
      strides,
      dilations: ints(call, 'dilations') ?? axes.map(() => 1),
      group,
      pads: [...axes.map(({ before }) => before), ...axes.map(({ after }) => Math.max(after, 0))],
      inputShape: [
        x.shape[0]!,
        kernel.shape[1]! * group,
        ...axes.map(({ full, before, after }) => full - before - after),
      ],
    },
    call.label,
  )
  return withBias(call, y, call.inputs[2])
}

export const CONVOLUTION: Readonly<Record<string, Rule>> = {
  Conv: convolution,
  ConvTranspose: transposedConvolution,
}
