// The built-in data set: labelled 28 x 28 digits that look handwritten, drawn from pen strokes, unlimited.
import { ConfigError } from '../util/errors.ts'
import { randomStream } from '../util/random.ts'
import type { Dataset } from './dataset.ts'
import { createDataset } from './dataset.ts'
import type { Glyph } from './digits/glyphs.ts'
import { glyphs } from './digits/glyphs.ts'
import { BOX, newWriting, write } from './digits/hand.ts'
import { drawPolyline } from './digits/raster.ts'

/** Side of a digit's image, in pixels. */
export const DIGIT_SIZE = 28

/** The names of the ten classes of `digits` and of MNIST. */
export const DIGIT_CLASSES: readonly string[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']

/** Milliseconds of drawing after which others get their turn. */
const LONGEST = 25

const paper = new Float32Array(BOX * BOX)
const writing = newWriting()

/** Which digits of which series. */
export interface DigitsOptions {
  /** Names the series. Default 1. */
  seed?: number
  /** How many digits to draw. Default 60,000, as many as MNIST has. */
  count?: number
  /** Index of the first one; digits of disjoint ranges are independent. Default 0. */
  start?: number
}

/**
 * The data set `digits`: `count` handwritten-looking digits with their labels, all classes equally likely.
 *
 * Image i is a pure function of the seed and of `start + i`, so a longer set begins with a shorter one.
 *
 * @throws ConfigError when `count` is not a positive integer, or `seed` or `start` is not an integer from 0
 */
export async function digits({ seed = 1, count = 60_000, start = 0 }: DigitsOptions = {}): Promise<Dataset> {
  if (!Number.isSafeInteger(count) || count < 1)
    throw new ConfigError(`digits: count expects a positive integer, got ${count}`)
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new ConfigError(`digits: seed expects an integer from 0 on, got ${seed}`)
  if (!Number.isSafeInteger(start) || start < 0)
    throw new ConfigError(`digits: start expects an integer from 0 on, got ${start}`)
  const size = DIGIT_SIZE * DIGIT_SIZE
  const images = new Uint8Array(count * size)
  const labels = new Uint8Array(count)
  let pause = performance.now() + LONGEST
  for (let i = 0; i < count; i++) {
    labels[i] = drawDigit(seed, start + i, images.subarray(i * size, (i + 1) * size))
    if (performance.now() < pause) continue
    // All digits take seconds: a server, or a page, must be able to do something else meanwhile.
    await new Promise((resolve) => setTimeout(resolve))
    pause = performance.now() + LONGEST
  }
  return createDataset({
    name: 'digits',
    images,
    count,
    height: DIGIT_SIZE,
    width: DIGIT_SIZE,
    channels: 1,
    labels,
    classes: DIGIT_CLASSES,
  })
}

/**
 * Draws digit `index` of the endless series named by `seed` into `out`.
 *
 * Normalised as MNIST is: the ink fits a box of 20 x 20 pixels and its centre of mass lies within half a
 * pixel of the centre of the 28 x 28 image.
 *
 * @param out  [28, 28], 0 (paper) to 255 (ink)
 * @returns the label, 0 to 9
 */
export function drawDigit(seed: number, index: number, out: Uint8Array): number {
  const random = randomStream(seed, 'digits', index)
  const label = random.integer(10)
  write(pick(glyphs[label]!, random.uniform()), random, writing)
  paper.fill(0)
  for (let s = 0; s < writing.strokes; s++)
    drawPolyline(paper, BOX, writing.points, writing.radii, writing.starts[s]!, writing.starts[s + 1]!)
  centre(out)
  return label
}

function pick(choices: readonly Glyph[], at: number): Glyph {
  for (const glyph of choices) {
    at -= glyph.weight
    if (at < 0) return glyph
  }
  return choices[choices.length - 1]!
}

/** Copies the paper into the image, shifted by whole pixels so that the centre of mass is in the middle. */
function centre(out: Uint8Array): void {
  let mass = 0
  let sumX = 0
  let sumY = 0
  for (let row = 0; row < BOX; row++) {
    for (let column = 0; column < BOX; column++) {
      const ink = paper[row * BOX + column]!
      mass += ink
      sumX += ink * column
      sumY += ink * row
    }
  }
  const shiftX = Math.round(DIGIT_SIZE / 2 - sumX / mass)
  const shiftY = Math.round(DIGIT_SIZE / 2 - sumY / mass)
  out.fill(0)
  for (let row = 0; row < BOX; row++) {
    const y = row + shiftY
    if (y < 0 || y >= DIGIT_SIZE) continue
    for (let column = 0; column < BOX; column++) {
      const x = column + shiftX
      if (x < 0 || x >= DIGIT_SIZE) continue
      out[y * DIGIT_SIZE + x] = Math.round(255 * paper[row * BOX + column]!)
    }
  }
}
