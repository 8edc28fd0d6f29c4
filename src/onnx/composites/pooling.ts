// Import rules of poolings: windows combined axis by axis.
import * as g from '../../graph/build.ts'
import { constant, type Value } from '../../graph/value.ts'
import { DataError } from '../../util/errors.ts'
import { sizeOf } from '../../util/shape.ts'
import { type Call, float, int, ints, operand, type Rule, refuse, requiredInt } from './call.ts'
import { roundsUp, slide, type Window, windowCount, windowsOf } from './windows.ts'

/** Smaller than everything that a float32 network computes. */
const lowest = -3.4028234663852886e38

const filled =
  (number: number, dtype: Value['dtype']) =>
  (shape: readonly number[]): Value =>
    g.expand(constant([number], new Array<number>(shape.length).fill(1), dtype), shape)

function kernelOf(call: Call): readonly number[] {
  const kernel = ints(call, 'kernel_shape')
  if (!kernel) throw new DataError('attribute "kernel_shape" is missing; the file is damaged')
  return kernel
}

interface Pool {
  readonly x: Value
  readonly windows: readonly Window[]
  readonly counts: readonly number[]
}
function poolOf(call: Call): Pool {
  const x = operand(call, 0)
  const lengths = x.shape.slice(2)
  const windows = windowsOf(call, lengths, kernelOf(call))
  return {
    x,
    windows,
    counts: lengths.map((length, axis) => windowCount(length, windows[axis]!, roundsUp(call))),
  }
}

/** The last axis first, so that of equal numbers the first in reading order is the one that counts. */
const overAxes = (
  { x, windows, counts }: Pool,
  combine: (a: Value, b: Value) => Value,
  fill: (shape: readonly number[]) => Value,
): Value =>
  windows.reduceRight(
    (value, window, axis) => slide(value, axis + 2, window, counts[axis]!, combine, fill),
    x,
  )

/** By how many places each window of an axis is divided. */
function divisors(length: number, window: Window, count: number, includePads: boolean): number[] {
  const { kernel, stride, dilation, before, after } = window
  const [low, high] = includePads ? [-before, length + after] : [0, length]
  return Array.from({ length: count }, (_, i) => {
    const start = i * stride - before
    return Array.from({ length: kernel }, (_, k) => start + k * dilation).filter(
      (place) => place >= low && place < high,
    ).length
  })
}

function averagePool(call: Call): Value {
  const pool = poolOf(call)
  const { x, windows, counts } = pool
  const sums = overAxes(pool, (a, b) => g.add(a, b), filled(0, x.dtype))
  return windows.reduce((value, window, axis) => {
    const list = divisors(x.shape[axis + 2]!, window, counts[axis]!, int(call, 'count_include_pad', 0) === 1)
    const same = list.every((n) => n === list[0])
    const shape = x.shape.map((_, i) => (i === axis + 2 && !same ? list.length : 1))
    const factors = (same ? list.slice(0, 1) : list).map((n) => 1 / n)
    return g.mul(value, same ? factors[0]! : constant(factors, shape, x.dtype))
  }, sums)
}

/** Sums of squares over neighbouring channels. */
function localResponse(call: Call): Value {
  const x = operand(call, 0)
  const size = requiredInt(call, 'size')
  const before = Math.floor((size - 1) / 2)
  const window = { kernel: size, stride: 1, dilation: 1, before, after: size - 1 - before }
  const sums = slide(g.square(x), 1, window, x.shape[1]!, (a, b) => g.add(a, b), filled(0, x.dtype))
  const scaled = g.add(g.mul(sums, float(call, 'alpha', 1e-4) / size), float(call, 'bias', 1))
  return g.div(x, g.pow(scaled, float(call, 'beta', 0.75)))
}

const spatialAxes = (x: Value): number[] => x.shape.slice(2).map((_, axis) => axis + 2)

export const POOLING: Readonly<Record<string, Rule>> = {
  MaxPool: (call) => {
    if (call.outputCount > 1) refuse('the second output (indices) of MaxPool')
    const pool = poolOf(call)
    return overAxes(pool, (a, b) => g.max(a, b), filled(lowest, pool.x.dtype))
  },
  AveragePool: averagePool,
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
