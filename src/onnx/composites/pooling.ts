// Import rules of poolings: windows combined axis by axis.
import * as g from '../../graph/build.ts'
import { averagePool, maxPool, type SlidingWindow, slide } from '../../graph/pooling.ts'
import type { Value } from '../../graph/value.ts'
import { DataError } from '../../util/errors.ts'
import { sizeOf } from '../../util/shape.ts'
import { type Call, float, int, ints, operand, type Rule, refuse, requiredInt } from './call.ts'
import { roundsUp, windowCount, windowsOf } from './windows.ts'

function kernelOf(call: Call): readonly number[] {
  const kernel = ints(call, 'kernel_shape')
  if (!kernel) throw new DataError('attribute "kernel_shape" is missing; the file is damaged')
  return kernel
}

function windowsOfPool(call: Call): SlidingWindow[] {
  const lengths = operand(call, 0).shape.slice(2)
  return windowsOf(call, lengths, kernelOf(call)).map((window, i) => ({
    ...window,
    axis: i + 2,
    count: windowCount(lengths[i]!, window, roundsUp(call)),
  }))
}

/** Sums of squares over neighbouring channels. */
function localResponse(call: Call): Value {
  const x = operand(call, 0)
  const size = requiredInt(call, 'size')
  const before = Math.floor((size - 1) / 2)
  const window = { kernel: size, stride: 1, dilation: 1, before, after: size - 1 - before }
  const sums = slide(g.square(x), { ...window, axis: 1, count: x.shape[1]! }, (a, b) => g.add(a, b), 0)
  const scaled = g.add(g.mul(sums, float(call, 'alpha', 1e-4) / size), float(call, 'bias', 1))
  return g.div(x, g.pow(scaled, float(call, 'beta', 0.75)))
}

const spatialAxes = (x: Value): number[] => x.shape.slice(2).map((_, axis) => axis + 2)

export const POOLING: Readonly<Record<string, Rule>> = {
  MaxPool: (call) => {
    if (call.outputCount > 1) refuse('the second output (indices) of MaxPool')
    return maxPool(operand(call, 0), windowsOfPool(call))
  },
  AveragePool: (call) =>
    averagePool(operand(call, 0), windowsOfPool(call), {
      countPadding: int(call, 'count_include_pad', 0) === 1,
    }),
  GlobalMaxPool: (call) => {
    const x = operand(call, 0)
    return g.reduceMax(x, { axes: spatialAxes(x), keepdims: true })
  },
  GlobalAveragePool: (call) => {
    const x = operand(call, 0)
    return sizeOf(x.shape) === 0 ? x : g.reduceMean(x, { axes: spatialAxes(x), keepdims: true })
  },
  LRN: localResponse,
}
