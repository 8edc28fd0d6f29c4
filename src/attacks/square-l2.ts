// Square within an L2 ball: each query moves what one window may change to another, in the shape of nested squares.
import type { ImageSize } from '../classifiers/classifier.ts'
import type { RandomStream } from '../util/random.ts'
import { inBox, lengthOf } from './pixels.ts'
import { type Example, marginOf, type Search } from './side-by-side.ts'
import { type SquareOptions, squareSide } from './square-schedule.ts'

/** Nested rectangles around a middle, the k-th of weight 1 / k², scaled to length 1: [rows, columns]. */
function nested(rows: number, columns: number): Float64Array {
  const made = new Float64Array(rows * columns)
  const [middleY, middleX] = [Math.floor(rows / 2), Math.floor(columns / 2)]
  for (let k = 0; k < Math.max(middleY, middleX) + 1; k++)
    for (let y = Math.max(0, middleY - k); y <= Math.min(rows - 1, middleY + k); y++)
      for (let x = Math.max(0, middleX - k); x <= Math.min(columns - 1, middleX + k); x++)
        made[y * columns + x]! += 1 / (k + 1) ** 2
  const length = lengthOf(made)
  return made.map((value) => value / length)
}

/** One half of a window up, the other down, each a nest of rectangles; of length 1: [side, side]. */
export function windowShape(side: number): Float64Array {
  const upper = Math.floor(side / 2)
  const made = new Float64Array(side * side)
  if (upper > 0) made.set(nested(upper, side))
  made.set(
    nested(side - upper, side).map((value) => -value),
    upper * side,
  )
  const length = lengthOf(made)
  return made.map((value) => value / length)
}

/** A square of pixels of all channels. */
interface Window {
  readonly top: number
  readonly left: number
  readonly side: number
}

export function* squareL2(
  { image: x, label, eps, random }: Example,
  image: ImageSize,
  settings: SquareOptions,
): Search<Float32Array> {
  const { height, width, channels } = image
  const size = x.length
  const shapes = new Map<number, Float64Array>()
  const shapeOf = (side: number): Float64Array => {
    const made = shapes.get(side) ?? windowShape(side)
    shapes.set(side, made)
    return made
  }
  const anywhere = (side: number): Window => ({
    top: random.integer(height - side + 1),
    left: random.integer(width - side + 1),
    side,
  })
  /** The places of a window's pixels in the image, for one channel, row by row. */
  function* places({ top, left, side }: Window, channel: number): Generator<number> {
    for (let y = top; y < top + side; y++)
      for (let at = left; at < left + side; at++) yield (y * width + at) * channels + channel
  }
  /** The image changed by `delta` scaled to length eps, in [0, 1]. */
  const apply = (delta: Float64Array, out: Float32Array): void => {
    const scale = eps / Math.max(lengthOf(delta), 1e-12)
    for (let i = 0; i < size; i++) out[i] = inBox(x[i]! + delta[i]! * scale)
  }

  const delta = new Float64Array(size)
  const first = Math.max(1, Math.floor(height / 5))
  const margins = Math.floor((height - first * 5) / 2)
  for (let top = Math.max(0, margins); top + first <= height; top += first)
    for (let left = Math.max(0, margins); left + first <= width; left += first) {
      const shape = oriented(shapeOf(first), first, random)
      for (let k = 0; k < channels; k++) {
        const sign = random.integer(2) * 2 - 1
        let at = 0
        for (const i of places({ top, left, side: first }, k)) delta[i]! += sign * shape[at++]!
      }
    }
  let now = new Float32Array(size)
  apply(delta, now)
  let { margin, wrong } = marginOf((yield now)[0]!, label)

  let next = new Float32Array(size)
  for (let query = 0; !wrong && query + 2 < settings.queries; query++) {
    let side = Math.max(squareSide(query, image, settings), 3)
    if (side % 2 === 0) side++
    side = Math.min(side, height, width)
    for (let i = 0; i < size; i++) delta[i] = now[i]! - x[i]!
    // What the ball has left, and what both windows hold, goes into the first; the second is emptied.
    const left = Math.max(0, eps ** 2 - lengthOf(delta) ** 2)
    const [to, from] = [anywhere(side), anywhere(side)]
    const shape = oriented(shapeOf(side), side, random)
    const written = new Float64Array(side * side)
    for (let k = 0; k < channels; k++) {
      let [own, both, at] = [0, 0, 0]
      for (const i of places(to, k)) own += delta[i]! ** 2
      both = own
      for (const i of places(from, k)) if (!within(to, i, width, channels)) both += delta[i]! ** 2
      const sign = random.integer(2) * 2 - 1
      for (const i of places(to, k)) written[at] = sign * shape[at++]! + delta[i]! / (1e-12 + Math.sqrt(own))
      const scale = Math.sqrt(left / channels + both) / (1e-12 + lengthOf(written))
      for (const i of places(from, k)) delta[i] = 0
      at = 0
      for (const i of places(to, k)) delta[i] = written[at++]! * scale
    }
    apply(delta, next)
    const answer = marginOf((yield next)[0]!, label)
    if (answer.wrong || answer.margin < margin) {
      ;[now, next] = [next, now]
      ;({ margin, wrong } = answer)
    }
  }
  return wrong ? { image: now, within: true } : undefined
}

/** A shape as it is or turned over its diagonal, by chance. */
function oriented(shape: Float64Array, side: number, random: RandomStream): Float64Array {
  if (random.integer(2) === 0) return shape
  return shape.map((_, i) => shape[(i % side) * side + Math.floor(i / side)]!)
}

/** Whether a place in the image lies within a window. */
function within({ top, left, side }: Window, place: number, width: number, channels: number): boolean {
  const pixel = Math.floor(place / channels)
  const [y, x] = [Math.floor(pixel / width), pixel % width]
  return y >= top && y < top + side && x >= left && x < left + side
}
