// Ways from one latent to another.

/** A latent between two others: `at` runs from 0 to 1. `middle`: of what latents are drawn from. */
export type Walk = (
  from: ArrayLike<number>,
  to: ArrayLike<number>,
  at: number,
  middle?: number,
) => Float32Array

const blend = (
  from: ArrayLike<number>,
  to: ArrayLike<number>,
  a: number,
  b: number,
  middle: number,
): Float32Array =>
  Float32Array.from(from, (value, i) => middle + a * (value - middle) + b * (to[i]! - middle))

/** Straight ahead. Half-way between two latents of many numbers the middle is nearer than any latent ever drawn. */
export const lerp: Walk = (from, to, at, middle = 0) => blend(from, to, 1 - at, at, middle)

/**
 * Along the circle about the middle of the distribution, on which latents of many numbers nearly lie: lengths change evenly from one to the
 * other. Where both lie in one direction, or in opposite ones, there is no one circle, and the way is straight.
 *
 * @source Shoemake 1985, doi:10.1145/325334.325242; for latents White 2016, arXiv:1609.04468
 */
export const slerp: Walk = (from, to, at, middle = 0) => {
  let [dot, one, other] = [0, 0, 0]
  for (let i = 0; i < from.length; i++) {
    const [a, b] = [from[i]! - middle, to[i]! - middle]
    dot += a * b
    one += a * a
    other += b * b
  }
  const [lengthA, lengthB] = [Math.sqrt(one), Math.sqrt(other)]
  const angle = Math.acos(Math.min(1, Math.max(-1, dot / (lengthA * lengthB))))
  const sine = Math.sin(angle)
  if (!(sine > 1e-6)) return lerp(from, to, at, middle)
  // Of directions, times a length between both.
  const length = (1 - at) * lengthA + at * lengthB
  const [a, b] = [Math.sin((1 - at) * angle) / sine, Math.sin(at * angle) / sine]
  return blend(from, to, (a * length) / lengthA, (b * length) / lengthB, middle)
}

export const WALKS: Readonly<Record<'slerp' | 'lerp', Walk>> = { slerp, lerp }
