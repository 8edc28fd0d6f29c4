// The shortest way from an image to a plane that stays within [0, 1], in a graph.
import * as g from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import type { Norm } from './threat.ts'

const PIXELS = { axes: [1, 2, 3], keepdims: true }
const total = (x: Value): Value => g.reduceSum(x, PIXELS)
const tiny = (x: Value): Value => g.max(x, 1e-12)

/** The norm of each image: [n, 1, 1, 1]. */
export const sizeUnder = (norm: Norm, x: Value): Value =>
  norm === 'linf' ? g.reduceMax(g.abs(x), PIXELS) : g.sqrt(total(g.square(x)))

/**
 * The smallest d, under the norm, with w . d = need and x + d in [0, 1]; as near to the plane as the box lets where none is.
 *
 * Every pixel goes the way that helps, by min(t rate, room), where rate is 1 (linf) or |w| (l2) and room is what the box leaves
 * it. What that gains, sum |w| min(t rate, room), is concave in t and made of straight pieces, so Newton's method from t = 0 rises
 * to the t that is needed, and passes many pieces at once: on images of digits three rounds are exact, where two thirds of the box
 * are used up five.
 *
 * @param x     [n, h, w, c] in [0, 1]
 * @param need  [n, 1, 1, 1]
 */
export function toPlane(norm: Norm, x: Value, w: Value, need: Value, rounds = 5): Value {
  const scale = g.add(g.reduceMax(g.abs(w), PIXELS), 1e-30)
  const slope = g.div(g.abs(w), scale)
  const goal = g.div(g.abs(need), scale)
  const way = g.mul(g.sign(w), g.sign(need))
  const room = g.where(g.greater(way, 0), g.sub(1, x), x)
  const rate = norm === 'linf' ? 1 : slope
  const steepness = norm === 'linf' ? slope : g.square(slope)
  let t = g.min(g.div(goal, tiny(total(g.where(g.greater(room, 0), steepness, 0)))), 1e10)
  for (let round = 1; round < rounds; round++) {
    const wanted = g.mul(t, rate)
    const gained = total(g.mul(slope, g.min(wanted, room)))
    const gains = total(g.where(g.less(wanted, room), steepness, 0))
    t = g.min(g.add(t, g.div(g.max(g.sub(goal, gained), 0), tiny(gains))), 1e10)
  }
  return g.mul(way, g.min(g.mul(t, rate), room))
}
