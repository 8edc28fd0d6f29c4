// Import rules of resizing: a product with a matrix of weights along each axis.
import * as g from '../../graph/build.ts'
import { constant, type Value } from '../../graph/value.ts'
import { DataError } from '../../util/errors.ts'
import { formatShape } from '../../util/shape.ts'
import {
  axesOf,
  type Call,
  float,
  floats,
  int,
  ints,
  numbersOf,
  operand,
  type Rule,
  refuse,
  text,
} from './call.ts'

/** How places are computed and weighed. */
interface Sampling {
  readonly mode: string
  readonly coordinates: string
  readonly nearest: string
  readonly cubic: number
  readonly excludeOutside: boolean
}

/** Where place `i` of the result lies in the input. */
function source(i: number, input: number, output: number, scale: number, coordinates: string): number {
  switch (coordinates) {
    case 'half_pixel':
      return (i + 0.5) / scale - 0.5
    case 'half_pixel_symmetric': {
      // The scaled length may not be whole; the result is centred.
      const adjustment = output / (scale * input)
      return (input / 2) * (1 - adjustment) + (i + 0.5) / scale - 0.5
    }
    case 'pytorch_half_pixel':
      return output > 1 ? (i + 0.5) / scale - 0.5 : 0
    case 'align_corners':
      return output > 1 ? (i * (input - 1)) / (output - 1) : 0
    case 'asymmetric':
      return i / scale
    default:
      return refuse(`coordinate_transformation_mode "${coordinates}"`)
  }
}

function nearestPlace(x: number, rule: string): number {
  switch (rule) {
    case 'round_prefer_floor':
      return Math.ceil(x - 0.5)
    case 'round_prefer_ceil':
      return Math.floor(x + 0.5)
    case 'floor':
      return Math.floor(x)
    case 'ceil':
      return Math.ceil(x)
    default:
      return refuse(`nearest_mode "${rule}"`)
  }
}

/** Keys' cubic convolution at distance `d`. */
function cubicWeight(distance: number, a: number): number {
  const d = Math.abs(distance)
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0
}

/** Input places and weights for one place of the result. */
function weights(
  x: number,
  input: number,
  { mode, nearest, cubic, excludeOutside }: Sampling,
): [number, number][] {
  const inside = (place: number): number => Math.min(Math.max(place, 0), input - 1)
  if (mode === 'nearest') return [[inside(nearestPlace(x, nearest)), 1]]
  const low = Math.floor(x)
  if (mode === 'linear') {
    const clamped = Math.min(Math.max(x, 0), input - 1)
    const floor = Math.floor(clamped)
    return [
      [floor, 1 - (clamped - floor)],
      [inside(floor + 1), clamped - floor],
    ]
  }
  if (mode !== 'cubic') refuse(`resizing mode "${mode}"`)
  const around = [-1, 0, 1, 2].map((offset): [number, number] => [
    low + offset,
    cubicWeight(x - low - offset, cubic),
  ])
  if (!excludeOutside) return around.map(([place, weight]) => [inside(place), weight])
  const kept = around.filter(([place]) => place === inside(place))
  const total = kept.reduce((sum, [, weight]) => sum + weight, 0)
  return kept.map(([place, weight]) => [place, weight / total])
}

/** Resizes one axis: a matrix product with [input, output] on the right, or its transpose on the left. */
function resizeAxis(
  { budget }: Call,
  x: Value,
  axis: number,
  output: number,
  scale: number,
  sampling: Sampling,
): Value {
  const input = x.shape[axis]!
  if (!(scale > 0 && output >= 0))
    throw new DataError(
      `cannot resize an axis of ${input} to ${output} (scale ${scale}); the file is damaged`,
    )
  budget.addNumbers(input * output, 'the weights of a resized axis')
  const rows = new Float64Array(input * output)
  for (let i = 0; i < output; i++)
    for (const [place, weight] of weights(
      source(i, input, output, scale, sampling.coordinates),
      input,
      sampling,
    ))
      rows[place * output + i]! += weight
  const matrix = constant(rows, [input, output], x.dtype)
  const last = x.shape.length - 1
  if (last === 0) return g.reshape(g.matMul(g.reshape(x, [1, input]), matrix), [output])
  if (axis === last) return g.matMul(x, matrix)
  const perm = x.shape.map((_, i) => i)
  perm[axis] = last
  perm[last] = axis
  return g.transpose(g.matMul(g.transpose(x, perm), matrix), perm)
}

function resize(
  call: Call,
  x: Value,
  scales: readonly number[],
  sizes: readonly number[],
  sampling: Sampling,
): Value {
  if (sizes.some((size) => !Number.isSafeInteger(size)))
    throw new DataError(
      `expects a size or scale for each axis of ${formatShape(x.shape)}, got the sizes ${formatShape(sizes)}; the file is damaged`,
    )
  return sizes.reduce(
    (value, size, axis) =>
      size === x.shape[axis] && scales[axis] === 1
        ? value
        : resizeAxis(call, value, axis, size, scales[axis]!, sampling),
    x,
  )
}

const outputs = (x: Value, scales: readonly number[]): number[] =>
  x.shape.map((length, axis) => Math.floor(length * scales[axis]!))

/** Before opset 11: scales only, places at i / scale. */
function oldResize(call: Call): Value {
  const x = operand(call, 0)
  const scales = call.inputs[1] ? numbersOf(call, call.inputs[1], '"scales"') : (floats(call, 'scales') ?? [])
  const mode = text(call, 'mode', 'nearest')
  const sampling = { mode, coordinates: 'asymmetric', nearest: 'floor', cubic: -0.75, excludeOutside: false }
  return resize(call, x, scales, outputs(x, scales), sampling)
}

function newResize(call: Call): Value {
  const x = operand(call, 0)
  if (int(call, 'antialias', 0) === 1) refuse('antialias = 1')
  const policy = text(call, 'keep_aspect_ratio_policy', 'stretch')
  if (policy !== 'stretch') refuse(`keep_aspect_ratio_policy "${policy}"`)
  const axes = ints(call, 'axes') ?? x.shape.map((_, axis) => axis)
  const chosen = axesOf(axes, x.shape.length)
  const numbers = (index: number, what: string): number[] =>
    call.inputs[index] ? numbersOf(call, call.inputs[index], what) : []
  const [givenScales, givenSizes] = [numbers(2, '"scales"'), numbers(3, '"sizes"')]
  const scales = x.shape.map((length, axis) => {
    const i = chosen.indexOf(axis)
    if (i < 0) return 1
    return givenSizes.length > 0 ? givenSizes[i]! / length : givenScales[i]!
  })
  const sizes =
    givenSizes.length > 0
      ? x.shape.map((length, axis) => givenSizes[chosen.indexOf(axis)] ?? length)
      : outputs(x, scales)
  return resize(call, x, scales, sizes, {
    mode: text(call, 'mode', 'nearest'),
    coordinates: text(call, 'coordinate_transformation_mode', 'half_pixel'),
    nearest: text(call, 'nearest_mode', 'round_prefer_floor'),
    cubic: float(call, 'cubic_coeff_a', -0.75),
    excludeOutside: int(call, 'exclude_outside', 0) === 1,
  })
}

export const RESIZING: Readonly<Record<string, Rule>> = {
  Upsample: oldResize,
  Resize: (call) => (call.opset < 11 ? oldResize(call) : newResize(call)),
}
