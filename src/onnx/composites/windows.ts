// Sliding windows: their geometry with ONNX' paddings.
import { reachOf, type Window } from '../../graph/pooling.ts'
import { DataError } from '../../util/errors.ts'
import { type Call, int, intsEach, refuse, text } from './call.ts'

/** The windows of a convolution or pooling, one for each spatial axis, with automatic padding worked out. */
export function windowsOf(call: Call, lengths: readonly number[], kernel: readonly number[]): Window[] {
  const rank = lengths.length
  if (kernel.length !== rank)
    throw new DataError(
      `the window has ${kernel.length} axes for ${rank} spatial ones of the input; the file is damaged`,
    )
  const ones = new Array<number>(rank).fill(1)
  const strides = intsEach(call, 'strides', ones, 1)
  const dilations = intsEach(call, 'dilations', ones, 1)
  const pads = intsEach(call, 'pads', new Array<number>(2 * rank).fill(0), 0)
  const mode = text(call, 'auto_pad', 'NOTSET')
  return lengths.map((length, axis) => {
    const [size, stride, dilation] = [kernel[axis]!, strides[axis]!, dilations[axis]!]
    const window = { kernel: size, stride, dilation }
    if (mode === 'NOTSET') return { ...window, before: pads[axis]!, after: pads[rank + axis]! }
    if (mode === 'VALID') return { ...window, before: 0, after: 0 }
    if (mode !== 'SAME_UPPER' && mode !== 'SAME_LOWER') refuse(`auto_pad "${mode}"`)
    const total = Math.max((Math.ceil(length / stride) - 1) * stride + (size - 1) * dilation + 1 - length, 0)
    const less = Math.floor(total / 2)
    return mode === 'SAME_UPPER'
      ? { ...window, before: less, after: total - less }
      : { ...window, before: total - less, after: less }
  })
}

/** How many windows there are along an axis; rounded up, a window may hang over the end but not start behind it. */
export function windowCount(length: number, window: Window, ceil: boolean): number {
  const { stride, before, after } = window
  const room = length + before + after - reachOf(window)
  if (!ceil) return Math.floor(room / stride) + 1
  const count = Math.ceil(room / stride) + 1
  return (count - 1) * stride >= length + before ? count - 1 : count
}

/** Whether counts are rounded up. */
export const roundsUp = (call: Call): boolean => int(call, 'ceil_mode', 0) === 1
