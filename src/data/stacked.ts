// Three grey images of a labelled set as one RGB image, composed when it is asked for: a set of a thousand modes.
import { DataError } from '../util/errors.ts'
import { randomStream } from '../util/random.ts'
import { type DataSplits, type Dataset, sha256 } from './dataset.ts'
import { imageColumns } from './examples.ts'
import type { Classify, KnownModes } from './modes.ts'
import type { HashedExamples } from './points.ts'

export interface StackedOptions {
  /** Grey images with labels of at most ten classes. */
  readonly of: Dataset
  readonly count: number
  readonly seed: number
  /** Number of the first example: others than those of a set that ends there. Default 0 */
  readonly start?: number
}

/** Images of one example: the red, the green and the blue one. */
const STACK = 3

/** Least probability that a classifier gives to what it sees in each channel of a sample of high quality. */
const SURE = 0.99

/** The three images that example `index` is made of. */
const partsOf = (seed: number, index: number, count: number): number[] => {
  const random = randomStream(seed, 'stacked', index)
  return Array.from({ length: STACK }, () => random.integer(count))
}

/** Writes image `part` of `of` into channel `channel` of an example, in [0, 1]. */
function writeChannel({ images, height, width }: Dataset, part: number, channel: number, out: Float32Array) {
  const size = height * width
  for (let pixel = 0; pixel < size; pixel++) out[STACK * pixel + channel] = images[part * size + pixel]! / 255
}

function checkBase({ name, labels, channels, classes }: Dataset): Uint8Array {
  if (!labels) throw new DataError(`stacked: the data "${name}" has no labels, by which modes are told apart`)
  if (channels !== 1)
    throw new DataError(
      `stacked: expected grey images of "${name}" to be put into the channels of others, got ${channels} channels`,
    )
  if (classes.length < 2)
    throw new DataError(`stacked: expected at least 2 classes of "${name}", got ${classes.length}`)
  return labels
}

const named = (mode: number, classes: number): string =>
  [Math.floor(mode / classes ** 2), Math.floor(mode / classes) % classes, mode % classes].join('')

/**
 * Stacked MNIST: the columns `images` [height, width, 3] and `labels`, 100 a + 10 b + c for the digits in red, green and
 * blue. Example i is a pure function of the seed, of `start + i` and of the images; nothing is held but those.
 *
 * @throws DataError when the images have no labels or are not grey
 * @source Metz et al. 2016, arXiv:1611.02163; Srivastava et al. 2017, arXiv:1705.07761
 */
export async function stackedImages({ of, count, seed, start = 0 }: StackedOptions): Promise<HashedExamples> {
  const labels = checkBase(of)
  const { height, width, classes } = of
  const size = height * width * STACK
  return {
    count,
    columns: imageColumns([height, width, STACK], true),
    hash: await sha256(new TextEncoder().encode(['stacked', of.hash, count, seed, start].join(','))),
    classes: Array.from({ length: classes.length ** STACK }, (_, mode) => named(mode, classes.length)),
    fill(column, indices, out) {
      for (let i = 0; i < indices.length; i++) {
        const parts = partsOf(seed, start + indices[i]!, of.count)
        if (column === 'labels')
          out[i] = BigInt(parts.reduce((label, part) => label * classes.length + labels[part]!, 0))
        else
          for (const [channel, part] of parts.entries())
            writeChannel(of, part, channel, (out as Float32Array).subarray(i * size, (i + 1) * size))
      }
    },
  }
}

/**
 * The modes of stacked images: what a classifier of the images that they are made of sees in each channel.
 * Real ones are made of held-out images, or of training images where none are held out.
 */
export function stackedModes(of: DataSplits, seed: number): KnownModes {
  const real = of.test ?? of.train
  const { height, width, classes } = of.train
  const [plane, count] = [height * width, classes.length ** STACK]
  return {
    count,
    samples: 26_000,
    coveredBy: 'any',
    words: `the ${count} combinations of three classes of ${of.train.name}`,
    rule: `by the likeliest class of each channel; of high quality where each has a probability of ${SURE} or more`,
    classifiedBy: of,
    real(wanted, draw) {
      const out = new Float32Array(wanted * plane * STACK)
      for (let i = 0; i < wanted; i++) {
        const random = randomStream(seed, `stacked/real-${draw}`, i)
        const example = out.subarray(i * plane * STACK, (i + 1) * plane * STACK)
        for (let channel = 0; channel < STACK; channel++)
          writeChannel(real, random.integer(real.count), channel, example)
      }
      return out
    },
    async name(samples, classify) {
      const n = samples.length / (plane * STACK)
      const modes = new Int32Array(n)
      const good = new Uint8Array(n).fill(1)
      const grey = new Float32Array(n * plane)
      for (let channel = 0; channel < STACK; channel++) {
        for (let at = 0; at < grey.length; at++) grey[at] = samples[STACK * at + channel]!
        const { data } = await (classify as Classify)(grey)
        for (let i = 0; i < n; i++) {
          const row = data.subarray(i * classes.length, (i + 1) * classes.length)
          const most = Math.max(...row)
          modes[i] = modes[i]! * classes.length + row.indexOf(most)
          if (most < SURE) good[i] = 0
        }
      }
      return { modes, good }
    },
  }
}
