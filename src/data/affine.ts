// Images moved about on a larger picture: whole pixels in training, any affine map in testing; composed when they are asked for.
import { DataError } from '../util/errors.ts'
import { type RandomStream, randomStream } from '../util/random.ts'
import { type Dataset, sha256 } from './dataset.ts'
import { imageColumns } from './examples.ts'
import type { HashedExamples } from './points.ts'

/** How an image is moved. */
export interface AffineChange {
  /** Degrees, either way. */
  readonly rotation: number
  /** Pixels sideways for each pixel of height, either way. */
  readonly shear: number
  /** By this share larger or smaller, height and width independently. */
  readonly scale: number
}

/** That of affNIST. */
export const AFFINE: AffineChange = { rotation: 20, shear: 0.2, scale: 0.2 }

export interface AffineOptions {
  /** Images with labels. */
  readonly of: Dataset
  readonly count: number
  readonly seed: number
  /** Number of the first example. Default 0 */
  readonly start?: number
  /** Pixels added on every side; default 6, which makes 40 x 40 of 28 x 28. */
  readonly padding?: number
  /** Pixels that each image is moved by at most, both ways; default 6. */
  readonly shift?: number
  /** What else is done to it; default nothing, and then it is moved by whole pixels. */
  readonly change?: AffineChange
}

/** From a place on the picture, relative to its middle, to one on the image: [xx, xy, yx, yy] and what is taken off first. */
interface Placing {
  readonly matrix: readonly [number, number, number, number]
  readonly offset: readonly [x: number, y: number]
}

function placing(random: RandomStream, shift: number, change: AffineChange | undefined): Placing {
  if (!change) {
    const whole = (): number => random.integer(2 * shift + 1) - shift
    return { matrix: [1, 0, 0, 1], offset: [whole(), whole()] }
  }
  const within = (most: number): number => most * (2 * random.uniform() - 1)
  const angle = (within(change.rotation) * Math.PI) / 180
  const shear = within(change.shear)
  const [wide, high] = [1 + within(change.scale), 1 + within(change.scale)]
  const offset = [within(shift), within(shift)] as const
  // The image is scaled, sheared and then turned; places are taken back the other way round.
  const [c, s] = [Math.cos(angle), Math.sin(angle)]
  return {
    matrix: [(c + shear * s) / wide, (s - shear * c) / wide, -s / high, c / high],
    offset,
  }
}

/** The image at a place between pixels, by the four around it; black outside. */
function at({ images, height, width, channels }: Dataset, part: number, x: number, y: number, c: number) {
  const [left, top] = [Math.floor(x), Math.floor(y)]
  let sum = 0
  for (let row = top; row <= top + 1; row++)
    for (let column = left; column <= left + 1; column++) {
      const share = (1 - Math.abs(x - column)) * (1 - Math.abs(y - row))
      if (share <= 0 || row < 0 || row >= height || column < 0 || column >= width) continue
      sum += share * images[((part * height + row) * width + column) * channels + c]!
    }
  return sum / 255
}

/**
 * Images on a larger picture, moved by chance, with their labels: what networks learn of affNIST (`change` absent) and are tested on
 * (`AFFINE`). Columns `images` [height, width, channels] in [0, 1] and `labels`. Example i shows image i, and then again from the first on,
 * and is otherwise a pure function of the seed and of `start + i`; nothing is held but the images.
 *
 * @throws DataError when the images have no labels
 * @source affNIST, Tieleman 2013; Sabour et al. 2017, arXiv:1710.09829, section 5.2
 */
export async function affineImages(options: AffineOptions): Promise<HashedExamples> {
  const { of, count, seed, start = 0, padding = 6, shift = 6, change } = options
  const { labels, channels } = of
  if (!labels)
    throw new DataError(`affine: the data "${of.name}" has no labels, which its images would be named by`)
  const [height, width] = [of.height + 2 * padding, of.width + 2 * padding]
  const middle = [(width - 1) / 2, (height - 1) / 2] as const
  const inner = [(of.width - 1) / 2, (of.height - 1) / 2] as const
  const told = change ? [change.rotation, change.shear, change.scale] : ['whole']
  return {
    count,
    columns: imageColumns([height, width, channels], true),
    hash: await sha256(
      new TextEncoder().encode(['affine', of.hash, count, seed, start, padding, shift, ...told].join(',')),
    ),
    classes: of.classes,
    fill(column, indices, out) {
      for (let i = 0; i < indices.length; i++) {
        const part = indices[i]! % of.count
        if (column === 'labels') {
          out[i] = BigInt(labels[part]!)
          continue
        }
        const random = randomStream(seed, 'affine', start + indices[i]!)
        const { matrix, offset } = placing(random, shift, change)
        let to = i * height * width * channels
        for (let row = 0; row < height; row++)
          for (let place = 0; place < width; place++) {
            const [x, y] = [place - middle[0] - offset[0], row - middle[1] - offset[1]]
            const fromX = inner[0] + matrix[0] * x + matrix[1] * y
            const fromY = inner[1] + matrix[2] * x + matrix[3] * y
            for (let c = 0; c < channels; c++) out[to++] = at(of, part, fromX, fromY, c)
          }
      }
    },
  }
}
