// Turning and moving an image: no pixel is invented, and classifiers fall all the same.
import { z } from 'zod'
import type { ImageSize } from '../classifiers/classifier.ts'
import type { Attack } from './attack.ts'
import { inBox } from './pixels.ts'
import { askLabels, type Search, searchSideBySide } from './side-by-side.ts'

const options = z.strictObject({
  degrees: z
    .number()
    .min(0)
    .max(180)
    .default(30)
    .describe('most that an image is turned, either way, at eps 1'),
  pixels: z.number().min(0).default(3).describe('most that it is moved, in each direction, at eps 1'),
  search: z.enum(['grid', 'random']).default('grid').describe('all of a grid, or places drawn by chance'),
  angles: z.int().min(1).default(31).describe('angles of the grid'),
  places: z.int().min(1).default(5).describe('places of the grid, in each direction'),
  draws: z.int().min(1).default(10).describe('places drawn by chance'),
})

/** How an image is turned about its middle, counterclockwise as it is looked at, and then moved right and down. */
export interface Turn {
  readonly degrees: number
  readonly right: number
  readonly down: number
}

/**
 * The image turned and moved, by bilinear interpolation; what comes from outside is black.
 *
 * @param image  [height, width, channels]
 * @param out    of the same size
 */
export function turned(
  image: Float32Array,
  { height, width, channels }: ImageSize,
  { degrees, right, down }: Turn,
  out: Float32Array,
): Float32Array {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2]
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      // Where this pixel comes from: moved and turned back.
      const [dx, dy] = [x - right - middleX, y - down - middleY]
      const fromX = middleX + cos * dx - sin * dy
      const fromY = middleY + sin * dx + cos * dy
      const [x0, y0] = [Math.floor(fromX), Math.floor(fromY)]
      for (let k = 0; k < channels; k++) {
        let value = 0
        for (const [atY, shareY] of [
          [y0, 1 - (fromY - y0)],
          [y0 + 1, fromY - y0],
        ] as const)
          for (const [atX, shareX] of [
            [x0, 1 - (fromX - x0)],
            [x0 + 1, fromX - x0],
          ] as const)
            if (atX >= 0 && atX < width && atY >= 0 && atY < height)
              value += shareY * shareX * image[(atY * width + atX) * channels + k]!
        out[(y * width + x) * channels + k] = inBox(value)
      }
    }
  return out
}

/** `count` numbers from -most to most, as far apart as can be; the middle for one. */
const spread = (most: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => (count === 1 ? 0 : most * ((2 * i) / (count - 1) - 1)))

/** Asked about together: the mildest alone, then more, so that what is found is mild and batches are full. */
const TOGETHER = 64

/**
 * Tries turns and moves, mildest first, until the class changes. The threat is `spatial`, and its eps a share of the limits.
 */
export const rotationTranslation: Attack<typeof options> = {
  name: 'rotation-translation',
  title: 'Rotation and translation',
  source: 'Engstrom et al. 2019, arXiv:1712.02779',
  kind: 'bounded',
  knowledge: 'label',
  norms: ['spatial'],
  options,
  run(oracle, input, { degrees, pixels, search, angles, places, draws }) {
    const { image: size } = oracle.classifier
    const { eps } = input.threat
    const [mostDegrees, mostPixels] = [degrees * eps, pixels * eps]
    const strength = (turn: Turn): number =>
      Math.hypot(turn.degrees / (degrees || 1), turn.right / (pixels || 1), turn.down / (pixels || 1))
    const grid = (): Turn[] =>
      spread(mostDegrees, angles).flatMap((angle) =>
        spread(mostPixels, places).flatMap((right) =>
          spread(mostPixels, places).map((down) => ({ degrees: angle, right, down })),
        ),
      )
    return searchSideBySide(
      rotationTranslation,
      oracle,
      input,
      askLabels(oracle),
      function* (example): Search<number> {
        const { image, label, random } = example
        if ((yield image)[0] !== label) return { image, within: true }
        if (eps === 0) return undefined
        const any = (most: number): number => most * (2 * random.uniform() - 1)
        const turns = (
          search === 'grid'
            ? grid()
            : Array.from({ length: draws }, () => ({
                degrees: any(mostDegrees),
                right: any(mostPixels),
                down: any(mostPixels),
              }))
        )
          .filter((turn) => strength(turn) > 0)
          .sort((a, b) => strength(a) - strength(b))
        const asked = new Float32Array(TOGETHER * image.length)
        for (let from = 0, many = 1; from < turns.length; from += many, many = Math.min(2 * many, TOGETHER)) {
          const some = turns.slice(from, from + many)
          some.forEach((turn, i) => {
            turned(image, size, turn, asked.subarray(i * image.length, (i + 1) * image.length))
          })
          const answers = yield asked.subarray(0, some.length * image.length)
          const wrong = answers.findIndex((answer) => answer !== label)
          if (wrong >= 0)
            return { image: asked.slice(wrong * image.length, (wrong + 1) * image.length), within: true }
        }
        return undefined
      },
    )
  },
}
