// Import rules of operators that move numbers without computing.
import * as g from '../../graph/build.ts'
import { constant, type Value } from '../../graph/value.ts'
import { DataError } from '../../util/errors.ts'
import { formatShape, sizeOf } from '../../util/shape.ts'
import { checkShape } from '../budget.ts'
import {
  axesOf,
  type Call,
  float,
  int,
  intsOrInput,
  numbersOf,
  operand,
  type Rule,
  refuse,
  requiredInt,
  text,
} from './call.ts'

function squeeze(call: Call): Value {
  const x = operand(call, 0)
  const given = intsOrInput(call, 'axes', 1)
  const axes = given ? axesOf(given, x.shape.length) : x.shape.flatMap((n, axis) => (n === 1 ? [axis] : []))
  for (const axis of axes)
    if (x.shape[axis] !== 1)
      throw new DataError(`axis ${axis} of length ${x.shape[axis]} cannot be squeezed; the file is damaged`)
  return g.reshape(
    x,
    x.shape.filter((_, axis) => !axes.includes(axis)),
  )
}

function unsqueeze(call: Call): Value {
  const x = operand(call, 0)
  const given = intsOrInput(call, 'axes', 1) ?? []
  const axes = new Set(axesOf(given, x.shape.length + given.length))
  const lengths = [...x.shape]
  const shape = Array.from({ length: x.shape.length + axes.size }, (_, axis) =>
    axes.has(axis) ? 1 : lengths.shift()!,
  )
  return g.reshape(x, shape)
}

function flatten(call: Call): Value {
  const x = operand(call, 0)
  const axis = int(call, 'axis', 1)
  const front = axis < 0 ? axis + x.shape.length : axis
  return g.reshape(x, [sizeOf(x.shape.slice(0, front)), sizeOf(x.shape.slice(front))])
}

function split(call: Call): Value[] {
  const x = operand(call, 0)
  const axis = axesOf([int(call, 'axis', 0)], x.shape.length)[0]!
  const part = Math.ceil(x.shape[axis]! / call.outputCount)
  const even = Array.from({ length: call.outputCount }, (_, i) =>
    Math.max(Math.min(part, x.shape[axis]! - i * part), 0),
  )
  const sizes = intsOrInput(call, 'split', 1) ?? even
  let start = 0
  return sizes.map((size) => {
    const piece = g.slice(x, [{ axis, start, end: start + size }])
    start += size
    return piece
  })
}

function tile(call: Call): Value {
  const x = operand(call, 0)
  const repeats = numbersOf(call, operand(call, 1), '"repeats"')
  if (repeats.length !== x.shape.length || repeats.some((n) => !Number.isSafeInteger(n) || n < 0))
    throw new DataError(
      `repeats must be a number for each axis of ${formatShape(x.shape)}, got ${formatShape(repeats)}; the file is damaged`,
    )
  const interleaved = x.shape.flatMap((length) => [1, length])
  const repeated = x.shape.flatMap((length, axis) => [repeats[axis]!, length])
  return g.reshape(
    g.expand(g.reshape(x, interleaved), repeated),
    x.shape.map((length, axis) => length * repeats[axis]!),
  )
}

/** Blocks of channels become blocks of places. */
function depthToSpace(call: Call): Value {
  const [n, c, h, w] = operand(call, 0).shape as [number, number, number, number]
  const block = requiredInt(call, 'blocksize')
  const depth = c / block ** 2
  const columnFirst = text(call, 'mode', 'DCR') === 'CRD'
  const parts = g.reshape(
    operand(call, 0),
    columnFirst ? [n, depth, block, block, h, w] : [n, block, block, depth, h, w],
  )
  const moved = g.transpose(parts, columnFirst ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2])
  return g.reshape(moved, [n, depth, h * block, w * block])
}

function spaceToDepth(call: Call): Value {
  const [n, c, h, w] = operand(call, 0).shape as [number, number, number, number]
  const block = requiredInt(call, 'blocksize')
  const parts = g.reshape(operand(call, 0), [n, c, h / block, block, w / block, block])
  return g.reshape(g.transpose(parts, [0, 3, 5, 1, 2, 4]), [n, c * block ** 2, h / block, w / block])
}

/** Which place a padded place repeats. */
const repeatedPlace: Readonly<Record<string, (place: number, length: number) => number>> = {
  edge: (place, length) => Math.min(Math.max(place, 0), length - 1),
  reflect: (place, length) => {
    if (length === 1) return 0
    const period = 2 * (length - 1)
    const inside = ((place % period) + period) % period
    return inside < length ? inside : period - inside
  },
  wrap: (place, length) => ((place % length) + length) % length,
}

/** Begins and ends for every axis; before opset 11 they are an attribute, from 18 on for chosen axes. */
function padsOf(call: Call, rank: number): number[] {
  const given = intsOrInput(call, 'pads', 1) ?? []
  const chosen = call.inputs[3]
    ? axesOf(numbersOf(call, call.inputs[3], '"axes"'), rank)
    : Array.from({ length: rank }, (_, axis) => axis)
  const pads = new Array<number>(2 * rank).fill(0)
  if (given.length !== 2 * chosen.length || !given.every(Number.isSafeInteger))
    throw new DataError(
      `pads must be a begin and an end for each of ${chosen.length} axes, got ${formatShape(given)}; the file is damaged`,
    )
  chosen.forEach((axis, i) => {
    pads[axis] = given[i]!
    pads[rank + axis] = given[chosen.length + i]!
  })
  return pads
}

function pad(call: Call): Value {
  const x = operand(call, 0)
  const rank = x.shape.length
  const pads = padsOf(call, rank)
  const mode = text(call, 'mode', 'constant')
  if (mode === 'constant') {
    const number = call.inputs[2]
      ? (numbersOf(call, call.inputs[2], '"constant_value"')[0] ?? 0)
      : float(call, 'value', 0)
    const padded = g.pad(x, pads)
    if (number === 0) return padded
    checkShape(padded.shape, 'the padded tensor')
    for (const length of padded.shape) call.budget.addNumbers(length, 'the border of a padded axis')
    return withBorder(padded, x.shape, pads, number)
  }
  const place = repeatedPlace[mode] ?? refuse(`padding mode "${mode}"`)
  return x.shape.reduce((value, length, axis) => {
    const [before, after] = [pads[axis]!, pads[rank + axis]!]
    if (before === 0 && after === 0) return value
    call.budget.addNumbers(length + before + after, 'the places of a padded axis')
    const places = Array.from({ length: length + before + after }, (_, i) => place(i - before, length))
    return g.gather(value, constant(places, [places.length], 'int64'), axis)
  }, x)
}

/** Writes a number into the padded border. */
function withBorder(padded: Value, inner: readonly number[], pads: readonly number[], number: number): Value {
  return inner.reduce((value, length, axis) => {
    const before = pads[axis]!
    const total = padded.shape[axis]!
    const outside = Array.from({ length: total }, (_, i) => (i < before || i >= before + length ? 1 : 0))
    if (!outside.includes(1)) return value
    const shape = inner.map((_, i) => (i === axis ? total : 1))
    return g.where(constant(outside, shape, 'bool'), number, value)
  }, padded)
}

export const SHAPING: Readonly<Record<string, Rule>> = {
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Flatten: flatten,
  Split: split,
  Tile: tile,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  Pad: pad,
}
