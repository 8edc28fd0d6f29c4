// Points of a latent space: drawn from the prior, moved along axes, and the way between two.
import type { LatentSpace } from '../../../src/server/protocol.ts'
import { randomStream } from '../../../src/util/random.ts'

export type Point = Float32Array

type Prior = Pick<LatentSpace, 'prior' | 'latentDim'>
type Axes = Pick<LatentSpace, 'axes' | 'mean' | 'deviation'>

/** A point of the prior. The same seed gives the same point. */
export function randomPoint({ prior, latentDim }: Prior, seed: number): Point {
  const stream = randomStream(seed, 'latent space')
  const out = new Float32Array(latentDim)
  return prior.distribution === 'normal'
    ? stream.fillNormal(out)
    : stream.fillUniform(out, prior.low, prior.high)
}

/** The middle of the prior. */
export const middlePoint = ({ latentDim, mean }: Pick<LatentSpace, 'latentDim' | 'mean'>): Point =>
  new Float32Array(latentDim).fill(mean)

/** How far a point lies from the middle along one axis, in standard deviations of the prior. */
export function along({ axes, mean, deviation }: Axes, axis: number, point: Point): number {
  const { direction } = axes[axis]!
  let sum = 0
  for (let i = 0; i < direction.length; i++) sum += (point[i]! - mean) * direction[i]!
  return sum / deviation
}

/** The point moved along axes to places in standard deviations; across them it stays where it is. */
export function movedTo(space: Axes, point: Point, places: readonly (readonly [axis: number, to: number])[]) {
  const out = Float32Array.from(point)
  for (const [axis, to] of places) {
    const shift = (to - along(space, axis, point)) * space.deviation
    const { direction } = space.axes[axis]!
    for (let i = 0; i < out.length; i++) out[i]! += shift * direction[i]!
  }
  return out
}

/**
 * The point between two: on the straight line for a uniform prior; for a normal one on an arc around the middle, because
 * nearly all of its points lie far from the middle, which a straight line would pass.
 *
 * @param t  0 gives `a`, 1 gives `b`
 */
export function between({ prior }: Pick<LatentSpace, 'prior'>, a: Point, b: Point, t: number): Point {
  const mixed = (wa: number, wb: number): Point => a.map((x, i) => wa * x + wb * b[i]!)
  if (prior.distribution === 'uniform') return mixed(1 - t, t)
  const lengths = [Math.hypot(...a), Math.hypot(...b)] as const
  if (Math.min(...lengths) === 0) return mixed(1 - t, t)
  let dot = 0
  for (let i = 0; i < a.length; i++) dot += a[i]! * b[i]!
  const angle = Math.acos(Math.max(-1, Math.min(1, dot / (lengths[0] * lengths[1]))))
  // Along one line through the middle there is no arc, or any.
  if (angle < 1e-3 || Math.PI - angle < 1e-3) return mixed(1 - t, t)
  const length = (1 - t) * lengths[0] + t * lengths[1]
  return mixed(
    (length * Math.sin((1 - t) * angle)) / Math.sin(angle) / lengths[0],
    (length * Math.sin(t * angle)) / Math.sin(angle) / lengths[1],
  )
}

/** Words for the way that `between` takes. */
export const wayOf = ({ prior }: Pick<LatentSpace, 'prior'>): string =>
  prior.distribution === 'normal'
    ? 'on an arc around the middle (spherical), because the prior is normal'
    : 'on a straight line (linear), because the prior is uniform'
