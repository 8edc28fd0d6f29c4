// Images far from an example that are named otherwise, from which attacks that see only labels begin.
import type { ImageSize } from '../classifiers/classifier.ts'
import type { RandomStream } from '../util/random.ts'

/** Draws of plain noise before other kinds are tried too; it is what the papers begin from. */
const PLAIN = 50

/**
 * The `draw`-th image to begin from: noise that is uniform in each pixel; where that is not enough (a classifier may call all of
 * it one class), also noise in coarse blocks and images of one brightness.
 */
export function drawStart(
  draw: number,
  { height, width, channels }: ImageSize,
  random: RandomStream,
  out: Float32Array,
): Float32Array {
  const block = draw < PLAIN ? 1 : [1, 2, 4, 7, Math.max(height, width)][draw % 5]!
  if (block === 1) return random.fillUniform(out)
  const across = Math.ceil(width / block)
  const values = random.fillUniform(new Float32Array(Math.ceil(height / block) * across * channels))
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let k = 0; k < channels; k++)
        out[(y * width + x) * channels + k] =
          values[(Math.floor(y / block) * across + Math.floor(x / block)) * channels + k]!
  return out
}
