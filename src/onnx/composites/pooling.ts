// Import rules of poolings: windows combined axis by axis.
import * as g from '../../graph/build.ts'
import { averagePool, maxPool, type SlidingWindow, slide } from '../../graph/pooling.ts'
import type { Value } from '../../graph/value.ts'
import { DataError, ShapeError } from '../../util/errors.ts'
import { formatShape, sizeOf } from '../../util/shape.ts'
import { type Call, float, int, intsEach, operand, type Rule, refuse, requiredInt } from './call.ts'
import { roundsUp, windowCount, windowsOf } from './windows.ts'

const spatialAxes = (x: Value): number[] => x.shape.slice(2).map((_, axis) => axis + 2)

function kernelOf(call: Call): readonly number[] {
  if (!call.attributes.has('kernel_shape'))
    throw new DataError('attribute "kernel_shape" is missing; the file is damaged')
  const spatial = spatialAxes(operand(call, 0))
  return intsEach(call, 'kernel_shape', spatial, 1)
}

function windowsOfPool(call: Call): SlidingWindow[] {
  const lengths = operand(call, 0).shape.slice(2)
  const kernel = kernelOf(call)
  // A pooling becomes one slice of the padded input for each place of its window.
  for (const size of kernel) call.budget.checkUnrolled(size, 'the window of a pooling')
  return windowsOf(call, lengths, kernel).map((window, i) => {
    const count = windowCount(lengths[i]!, window, roundsUp(call))
    if (count < 1)
      throw new ShapeError(`a window of ${window.kernel} is larger than its padded axis of ${lengths[i]}`)
    return { ...window, axis: i + 2, count }
  })
}

/** A mean counts the places of each window, a number for each of them along all axes. */
function averageWindows(call: Call): SlidingWindow[] {
  const windows = windowsOfPool(call)
  call.budget.addNumbers(
    windows.reduce((size, { count, kernel }) => size * count + count * kernel, 1),
    'the counts of an average pooling',
  )
  return windows
}

/** Sums of squares over neighbouring channels. */
function localResponse(call: Call): Value {
  const x = operand(call, 0)
  const size = requiredInt(call, 'size')
  if (size < 1 || x.shape.length < 2)
    throw new DataError(
      `expects channels and a size of 1 or more, got ${formatShape(x.shape)} and ${size}; the file is damaged`,
    )
  call.budget.checkUnrolled(size, 'the number of channels of an LRN')
  const before = Math.floor((size - 1) / 2)
  const window = { kernel: size, stride: 1, dilation: 1, before, after: size - 1 - before }
  const sums = slide(g.square(x), { ...window, axis: 1, count: x.shape[1]! }, (a, b) => g.add(a, b), 0)
  const scaled = g.add(g.mul(sums, float(call, 'alpha', 1e-4) / size), float(call, 'bias', 1))
  return g.div(x, g.pow(scaled, float(call, 'beta', 0.75)))
}

/** An average pooling of x with the attributes of the call, whose first input has the shape of x. */
export const averagePooling = (call: Call, x: Value): Value =>
  averagePool(x, averageWindows(call), { countPadding: int(call, 'count_include_pad', 0) === 1 })

export const globalAverage = (x: Value): Value =>
  sizeOf(x.shape) === 0 ? x : g.reduceMean(x, { axes: spatialAxes(x), keepdims: true })

export const POOLING: Readonly<Record<string, Rule>> = {
  MaxPool: (call) => {
    if (call.outputCount > 1) refuse('the second output (indices) of MaxPool')
    return maxPool(operand(call, 0), windowsOfPool(call))
  },
  AveragePool: (call) => averagePooling(call, operand(call, 0)),
  GlobalMaxPool: (call) => {
    const x = operand(call, 0)
    return g.reduceMax(x, { axes: spatialAxes(x), keepdims: true })
  },
  GlobalAveragePool: (call) => globalAverage(operand(call, 0)),
  LRN: localResponse,
}
