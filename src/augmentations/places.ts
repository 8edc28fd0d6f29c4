// Images drawn from other places: bilinear interpolation as a graph, differentiable with respect to the images.
import * as g from '../graph/build.ts'
import { constant, type Value } from '../graph/value.ts'
import type { Drawing, Places } from './augmentation.ts'

type Size = Pick<Drawing, 'n' | 'height' | 'width'>

/** Every pixel comes from where it is. */
export function ownPlaces({ n, height, width }: Size): Places {
  const pixels = height * width
  const all = (at: (pixel: number) => number): Value =>
    g.expand(
      constant(
        Float32Array.from({ length: pixels }, (_, i) => at(i)),
        [1, pixels],
      ),
      [n, pixels],
    )
  return { x: all((i) => i % width), y: all((i) => Math.floor(i / width)) }
}

/** The middle of an image, in pixels from the middle of its first one. */
export const middleOf = ({
  height,
  width,
}: Pick<Size, 'height' | 'width'>): readonly [x: number, y: number] => [(width - 1) / 2, (height - 1) / 2]

/**
 * Places as a linear map about the middle leaves them: from (x, y), counted from the middle, to (a x + b y, c x + d y).
 *
 * @param map  numbers of each example, `[n, 1]`
 */
export function mapped(
  at: Places,
  size: Pick<Size, 'height' | 'width'>,
  [a, b, c, d]: readonly [Value | 1, Value | 0, Value | 0, Value | 1],
): Places {
  const [middleX, middleY] = middleOf(size)
  const [x, y] = [g.sub(at.x, middleX), g.sub(at.y, middleY)]
  const times = (value: Value, factor: Value | 0 | 1): Value | undefined =>
    factor === 0 ? undefined : factor === 1 ? value : g.mul(value, factor)
  const sum = (one: Value | undefined, other: Value | undefined, middle: number): Value =>
    g.add(one && other ? g.add(one, other) : (one ?? other!), middle)
  return { x: sum(times(x, a), times(y, b), middleX), y: sum(times(x, c), times(y, d), middleY) }
}

/**
 * Images with each pixel taken from its place, interpolated linearly between the four pixels around it; what comes from outside is 0.
 *
 * @param images  [n, height, width, channels]
 */
export function takenFrom(images: Value, { x, y }: Places): Value {
  const [n, height, width, channels] = images.shape as [number, number, number, number]
  const pixels = height * width
  const [x0, y0] = [g.floor(x), g.floor(y)]
  const [shareX, shareY] = [g.sub(x, x0), g.sub(y, y0)]
  const flat = g.reshape(images, [n * pixels, channels])
  const first = constant(
    Int32Array.from({ length: n }, (_, i) => i * pixels),
    [n, 1],
    'int64',
  )
  const corner = (stepX: 0 | 1, stepY: 0 | 1): Value => {
    const [atX, atY] = [g.add(x0, stepX), g.add(y0, stepY)]
    const isIn = (at: Value, length: number): Value =>
      g.and(g.greaterOrEqual(at, 0), g.lessOrEqual(at, length - 1))
    const near = (at: Value, length: number): Value => g.min(g.max(at, 0), length - 1)
    const part = g.mul(stepX ? shareX : g.sub(1, shareX), stepY ? shareY : g.sub(1, shareY))
    const place = g.cast(g.add(g.mul(near(atY, height), width), near(atX, width)), 'int64')
    const index = g.reshape(g.add(place, first), [n * pixels])
    const weight = g.where(g.and(isIn(atX, width), isIn(atY, height)), part, 0)
    return g.mul(g.reshape(weight, [n * pixels, 1]), g.gather(flat, index))
  }
  const all = [corner(0, 0), corner(1, 0), corner(0, 1), corner(1, 1)]
  return g.reshape(all.reduce(g.add), [n, height, width, channels])
}
