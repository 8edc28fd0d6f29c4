// Arithmetic of images for attacks that compute outside of the graph: lengths, what pixels may be.
import type { Threat } from './threat.ts'

/** The length of a vector. */
export function lengthOf(vector: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < vector.length; i++) sum += vector[i]! * vector[i]!
  return Math.sqrt(sum)
}

/** What each pixel may be at least and at most within eps of an image, for `linf`: in [0, 1] too. */
export function pixelBounds(
  image: Float32Array,
  { eps }: Pick<Threat, 'eps'>,
): { readonly low: Float32Array; readonly high: Float32Array } {
  return { low: image.map((p) => Math.max(0, p - eps)), high: image.map((p) => Math.min(1, p + eps)) }
}

/** A number of [0, 1]. */
export const inBox = (value: number): number => (value < 0 ? 0 : value > 1 ? 1 : value)
