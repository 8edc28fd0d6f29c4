// Steps of ascent that stay near an image, under either norm: what PGD and APGD share.
import * as g from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import type { RandomStream } from '../util/random.ts'
import type { Shape } from '../util/shape.ts'
import { intoBall } from './distance.ts'
import type { Norm, Threat } from './threat.ts'

const PIXELS = { axes: [1, 2, 3], keepdims: true }

/** The L2 norm of each image: [n, 1, 1, 1]. */
export const lengthOf = (x: Value): Value => g.sqrt(g.reduceSum(g.square(x), PIXELS))

/** x / |x| under L2 for each image, zero where x is zero; tiny gradients do not vanish on the way. */
export function unit(x: Value): Value {
  const scaled = g.div(x, g.add(g.reduceMax(g.abs(x), PIXELS), 1e-30))
  return g.div(scaled, g.add(lengthOf(scaled), 1e-12))
}

export interface Ball {
  /** What each example needs, with the shape for one. */
  readonly fixed: Readonly<Record<string, Shape>>
  fill(name: string, original: Float32Array, threat: Threat, out: Float32Array): void
  /** x moved by a step, of the norm's length, in the direction in which a function with this gradient grows most. */
  ascend(x: Value, gradient: Value, step: Value): Value
  /** The point of the ball, and of [0, 1], for x. */
  project(x: Value, fixed: Readonly<Record<string, Value>>, eps: Value): Value
}

/** @param shape  of an image */
export function ballOf(norm: Norm, shape: Shape): Ball {
  if (norm === 'linf')
    return {
      fixed: { low: shape, high: shape },
      fill(name, original, { eps }, out) {
        for (let i = 0; i < out.length; i++)
          out[i] = name === 'low' ? Math.max(original[i]! - eps, 0) : Math.min(original[i]! + eps, 1)
      },
      ascend: (x, gradient, step) => g.add(x, g.mul(g.sign(gradient), step)),
      project: (x, { low, high }) => g.min(g.max(x, low!), high!),
    }
  return {
    fixed: { original: shape },
    fill: (_, original, __, out) => out.set(original),
    ascend: (x, gradient, step) => g.add(x, g.mul(unit(gradient), step)),
    project(x, { original }, eps) {
      const moved = g.sub(x, original!)
      const share = g.min(g.div(eps, g.add(lengthOf(moved), 1e-12)), 1)
      return g.min(g.max(g.add(original!, g.mul(moved, share)), 0), 1)
    },
  }
}

const normOf = (x: Float32Array): number => Math.sqrt(x.reduce((sum, each) => sum + each * each, 0))

/** Moves an image by `out` times a factor, within ball and box. */
function moveBy(factor: number, threat: Threat, original: Float32Array, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = original[i]! + factor * out[i]!
  intoBall(threat, original, out)
}

/**
 * A point of the ball around an image, brought into [0, 1]: drawn evenly (linf), or in a direction and at a distance that are drawn
 * evenly (l2), since nearly all of such a ball is at its surface, from where a few steps do not lead to the other side.
 */
export function fillRandom(
  threat: Threat,
  random: RandomStream,
  original: Float32Array,
  out: Float32Array,
): void {
  const { norm, eps } = threat
  if (norm === 'linf') random.fillUniform(out, -1, 1)
  else random.fillNormal(out)
  const radius = norm === 'linf' ? eps : (eps * random.uniform()) / normOf(out)
  moveBy(radius, threat, original, out)
}

/** A point drawn from the surface of the ball, brought into [0, 1]. */
export function fillRandomEdge(
  threat: Threat,
  random: RandomStream,
  original: Float32Array,
  out: Float32Array,
  share = 1,
): void {
  const { norm, eps } = threat
  if (norm === 'linf') random.fillUniform(out, -1, 1)
  else random.fillNormal(out)
  const length = norm === 'linf' ? out.reduce((most, each) => Math.max(most, Math.abs(each)), 0) : normOf(out)
  moveBy((share * eps) / length, threat, original, out)
}
