// Static shapes: sizes, strides and NumPy broadcasting.
import { ShapeError } from './errors.ts'

/** Lengths of the axes, outermost first. `[]` is a scalar. */
export type Shape = readonly number[]

/** Number of elements. */
export const sizeOf = (shape: Shape): number => shape.reduce((size, length) => size * length, 1)

/** Distance in elements between neighbours along each axis, row-major. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride
    stride *= shape[axis]!
  }
  return strides
}

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((length, axis) => length === b[axis])

/** `[2, 3]`, as it is written in messages. */
export const formatShape = (shape: Shape): string => `[${shape.join(', ')}]`

/**
 * The common shape of operands under NumPy's rule: align at the last axis, lengths equal or 1.
 *
 * @throws ShapeError naming both shapes when they do not fit
 */
export function broadcastShapes(...shapes: Shape[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length))
  const result = new Array<number>(rank).fill(1)
  for (const shape of shapes) {
    const offset = rank - shape.length
    shape.forEach((length, axis) => {
      const now = result[offset + axis]!
      if (length === now || length === 1) return
      if (now !== 1) throw new ShapeError(`shapes ${shapes.map(formatShape).join(' and ')} do not broadcast`)
      result[offset + axis] = length
    })
  }
  return result
}

/** An axis counted from the front, from one that may be negative (from the back). */
export function normalizeAxis(axis: number, rank: number): number {
  const result = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(axis) || result < 0 || result >= Math.max(rank, 1))
    throw new ShapeError(`axis ${axis} is outside a tensor of rank ${rank}`)
  return result
}
