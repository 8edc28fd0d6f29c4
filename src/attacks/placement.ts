// A patch laid onto images, turned and scaled, as an expression that can be differentiated with respect to the patch.
import type { ImageSize } from '../classifiers/classifier.ts'
import * as g from '../graph/build.ts'
import { constant, type Value } from '../graph/value.ts'
import type { RandomStream } from '../util/random.ts'

/** Where a patch lies on an image, in pixels of the image from its upper left corner. */
export interface Placement {
  /** Side of the square that the patch fills. */
  readonly side: number
  /** Counterclockwise, as it is looked at. */
  readonly degrees: number
  readonly middleX: number
  readonly middleY: number
}

/** Numbers of a placement's row, see `placementRow`. */
export const ROW = 6

/** Any place at which a patch of this side lies inside of the image, and any angle up to `degrees`. */
export function anyPlacement(
  side: number,
  degrees: number,
  { height, width }: ImageSize,
  random: RandomStream,
): Placement {
  const angle = degrees * (2 * random.uniform() - 1)
  const turned = (angle * Math.PI) / 180
  const reach = (side / 2) * (Math.abs(Math.cos(turned)) + Math.abs(Math.sin(turned)))
  const within = (length: number): number =>
    length / 2 + Math.max(0, length / 2 - reach) * (2 * random.uniform() - 1)
  return { side, degrees: angle, middleX: within(width), middleY: within(height) }
}

/**
 * What maps a pixel (x, y) of the image to a place (u, v) of a patch of `resolution` squared pixels: u is a x + b y + c,
 * v is d x + e y + f, written [a, b, c, d, e, f].
 */
export function placementRow({ side, degrees, middleX, middleY }: Placement, resolution: number): number[] {
  const scale = resolution / side
  const cos = scale * Math.cos((degrees * Math.PI) / 180)
  const sin = scale * Math.sin((degrees * Math.PI) / 180)
  // From and to the middles of pixels, which lie half a pixel from their corners.
  const [x, y] = [0.5 - middleX, 0.5 - middleY]
  const middle = resolution / 2 - 0.5
  return [cos, -sin, cos * x - sin * y + middle, sin, cos, sin * x + cos * y + middle]
}

/**
 * Images with a patch on them.
 *
 * @param images      [n, height, width, channels]
 * @param patch       [side, side, channels], interpolated linearly between its pixels
 * @param mask        [side, side], how much of the image each of its pixels covers, 0 to 1
 * @param placements  [n, 6], rows of `placementRow`
 */
export function withPatch(images: Value, patch: Value, mask: Float32Array, placements: Value): Value {
  const [n, height, width, channels] = images.shape as [number, number, number, number]
  const side = patch.shape[0]!
  const pixels = height * width
  const xs = constant(
    Float32Array.from({ length: pixels }, (_, i) => i % width),
    [1, pixels],
  )
  const ys = constant(
    Float32Array.from({ length: pixels }, (_, i) => Math.floor(i / width)),
    [1, pixels],
  )
  const column = (axis: number): Value => g.slice(placements, [{ axis: 1, start: axis, end: axis + 1 }]) // [n, 1]
  const place = (row: number): Value =>
    g.add(g.add(g.mul(column(row), xs), g.mul(column(row + 1), ys)), column(row + 2)) // [n, pixels]
  const [u, v] = [place(0), place(3)]
  const [u0, v0] = [g.floor(u), g.floor(v)]
  const [shareU, shareV] = [g.sub(u, u0), g.sub(v, v0)]
  const flatPatch = g.reshape(patch, [side * side, channels])
  const flatMask = constant(mask, [side * side])

  let cover: Value | undefined
  let color: Value | undefined
  for (const [stepU, stepV] of [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ] as const) {
    const [atU, atV] = [g.add(u0, stepU), g.add(v0, stepV)]
    const isIn = (at: Value): Value => g.and(g.greaterOrEqual(at, 0), g.lessOrEqual(at, side - 1))
    const near = (at: Value): Value => g.min(g.max(at, 0), side - 1)
    const share = g.mul(stepU ? shareU : g.sub(1, shareU), stepV ? shareV : g.sub(1, shareV))
    const index = g.reshape(g.cast(g.add(g.mul(near(atV), side), near(atU)), 'int64'), [n * pixels])
    const covered = g.mul(
      g.where(g.and(isIn(atU), isIn(atV)), share, 0),
      g.reshape(g.gather(flatMask, index), [n, pixels]),
    )
    const drawn = g.mul(
      g.reshape(covered, [n, pixels, 1]),
      g.reshape(g.gather(flatPatch, index), [n, pixels, channels]),
    )
    cover = cover ? g.add(cover, covered) : covered
    color = color ? g.add(color, drawn) : drawn
  }
  const left = g.reshape(g.sub(1, cover!), [n, height, width, 1])
  return g.add(g.mul(images, left), g.reshape(color!, [n, height, width, channels]))
}
