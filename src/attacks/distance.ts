// How far images lie apart, and what of them lies within a threat.
import { ConfigError } from '../util/errors.ts'
import type { Norm, Threat } from './threat.ts'

/** The distance of two images under a norm. */
export function distanceOf(norm: Norm, a: ArrayLike<number>, b: ArrayLike<number>): number {
  let found = 0
  for (let i = 0; i < a.length; i++) {
    const apart = a[i]! - b[i]!
    if (norm === 'linf') found = Math.max(found, Math.abs(apart))
    else found += apart * apart
  }
  return norm === 'linf' ? found : Math.sqrt(found)
}

/** What eps a distance may exceed by in float32. */
export const ROUNDING = 1e-6

/** Whether a distance is within eps, up to rounding. */
export const isWithin = (distance: number, eps: number): boolean =>
  distance <= eps + ROUNDING * Math.max(1, eps)

/** Brings an image into the ball around another one and into [0, 1], in place. */
export function intoBall(
  { norm, eps }: Threat,
  original: ArrayLike<number>,
  image: Float32Array,
): Float32Array {
  const apart = norm === 'l2' ? distanceOf(norm, original, image) : 0
  const share = apart > eps ? eps / apart : 1
  for (let i = 0; i < image.length; i++) {
    const at = original[i]!
    const moved =
      norm === 'linf' ? Math.min(Math.max(image[i]!, at - eps), at + eps) : at + (image[i]! - at) * share
    image[i] = Math.min(Math.max(moved, 0), 1)
  }
  return image
}

/** @throws ConfigError when an attack does not know the norm, or eps is no radius */
export function checkThreat(
  { name, norms, kind }: { readonly name: string; readonly norms: readonly Norm[]; readonly kind: string },
  { norm, eps }: Threat,
): void {
  if (!norms.includes(norm))
    throw new ConfigError(`${name}: expected the norm ${norms.join(' or ')}, got "${norm}"`)
  if (!(eps >= 0) || (eps === Number.POSITIVE_INFINITY && kind === 'bounded'))
    throw new ConfigError(`${name}: eps must be a number from 0 on, got ${eps}; images are in [0, 1]`)
}
