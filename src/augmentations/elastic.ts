// Elastic distortion: every place moved by a smooth random field, as a hand's tremor moves strokes.
import { add, matMul, mul, reshape } from '../graph/build.ts'
import { constant, type Value } from '../graph/value.ts'
import type { Drawing, Movement } from './augmentation.ts'

/** Standard deviation of the Gaussian that smooths the field, as a share of a side: 4 pixels of 28, as in the source. */
const SMOOTHNESS = 1 / 7

/** Smooths along an axis: row i weighs its neighbours, with squares that add up to 1, so that the variance is the same at the border. */
function smoothing(length: number): Float32Array {
  const sigma = Math.max(1e-6, SMOOTHNESS * length)
  const rows = new Float32Array(length * length)
  for (let i = 0; i < length; i++) {
    const weights = Array.from({ length }, (_, j) => Math.exp(-((i - j) ** 2) / (2 * sigma ** 2)))
    const norm = Math.hypot(...weights)
    weights.forEach((weight, j) => {
      rows[i * length + j] = weight / norm
    })
  }
  return rows
}

/** Displacements of one direction in pixels, `[n, pixels]`, whose standard deviation is the strength. */
function field({ n, height, width, random, strength }: Drawing): Value {
  const noise = random.uniform([n, height, width], -Math.sqrt(3), Math.sqrt(3)) // Of variance 1.
  const rows = constant(smoothing(height), [height, height])
  // Its transpose: columns weigh neighbours.
  const across = smoothing(width)
  const columns = constant(
    Float32Array.from(
      { length: width * width },
      (_, i) => across[(i % width) * width + Math.floor(i / width)]!,
    ),
    [width, width],
  )
  return mul(reshape(matMul(matMul(rows, noise), columns), [n, height * width]), strength)
}

/**
 * The strength is the standard deviation of a displacement in pixels; the source's alpha of 34 gives 1.4.
 *
 * @source Simard, Steinkraus & Platt 2003, doi:10.1109/ICDAR.2003.1227801
 */
export const elastic: Movement = {
  kind: 'movement',
  name: 'elastic',
  description: 'every place moved smoothly by about so many pixels',
  usual: 1,
  most: 20,
  place: ({ x, y }, drawing) => ({ x: add(x, field(drawing)), y: add(y, field(drawing)) }),
}
