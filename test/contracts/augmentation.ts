// What every augmentation must do: nothing at strength 0, what a plain program does otherwise, and let gradients through.
import { describe, expect, it } from 'vitest'
import { augment } from '../../src/augmentations/augment.ts'
import type { Augmentation } from '../../src/augmentations/augmentation.ts'
import { constant, type Value } from '../../src/graph/value.ts'
import type { RandomSource } from '../../src/layers/layer.ts'
import { randomStream } from '../../src/util/random.ts'
import type { Shape } from '../../src/util/shape.ts'
import { sizeOf } from '../../src/util/shape.ts'
import { expectDerivatives } from '../support/differences.ts'
import { compute, fixed, uniformTensor } from '../support/tensors.ts'

export const SIZE = { n: 3, height: 6, width: 5, channels: 2 } as const
const SHAPE = [SIZE.n, SIZE.height, SIZE.width, SIZE.channels]

/** Random numbers as constants of a graph, kept in the order in which they were asked for. */
export function recordedRandom(seed: number): {
  random: RandomSource
  draws: { shape: Shape; data: Float32Array }[]
} {
  const draws: { shape: Shape; data: Float32Array }[] = []
  const keep = (shape: Shape, fill: (out: Float32Array) => void): Value => {
    const data = new Float32Array(sizeOf(shape))
    fill(data)
    draws.push({ shape, data })
    return constant(data, shape)
  }
  const stream = randomStream(seed, 'augmentation')
  return {
    draws,
    random: {
      dropout: () => {
        throw new Error('augmentations ask for no masks')
      },
      uniform: (shape, low = 0, high = 1) => keep(shape, (out) => stream.fillUniform(out, low, high)),
      normal: (shape, mean = 0, deviation = 1) =>
        keep(shape, (out) => stream.fillNormal(out, mean, deviation)),
    },
  }
}

/** One image as a plain program sees it. */
export interface PlainImage {
  readonly height: number
  readonly width: number
  readonly channels: number
  at(y: number, x: number, channel: number): number
}

/** The random numbers of one example, in the order in which they are asked for. */
export type PlainDraws = readonly (readonly number[])[]

export type Plain =
  /** Where pixel (x, y) of the result comes from. */
  | { readonly from: (x: number, y: number, draws: PlainDraws, strength: number) => [x: number, y: number] }
  /** The value of a pixel of the result. */
  | {
      readonly value: (
        image: PlainImage,
        y: number,
        x: number,
        channel: number,
        draws: PlainDraws,
        strength: number,
      ) => number
    }

/** The value between pixels, by the tent over each: another way to write what the graph does. */
function between(image: PlainImage, y: number, x: number, channel: number): number {
  let sum = 0
  for (let row = 0; row < image.height; row++)
    for (let column = 0; column < image.width; column++)
      sum +=
        Math.max(0, 1 - Math.abs(y - row)) *
        Math.max(0, 1 - Math.abs(x - column)) *
        image.at(row, column, channel)
  return sum
}

function plainly(
  images: ArrayLike<number>,
  plain: Plain,
  draws: (example: number) => PlainDraws,
  strength: number,
): number[] {
  const { n, height, width, channels } = SIZE
  const out: number[] = []
  for (let i = 0; i < n; i++) {
    const image: PlainImage = {
      height,
      width,
      channels,
      at: (y, x, channel) => images[((i * height + y) * width + x) * channels + channel]!,
    }
    const own = draws(i)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let channel = 0; channel < channels; channel++) {
          if ('value' in plain) out.push(plain.value(image, y, x, channel, own, strength))
          else {
            const [fromX, fromY] = plain.from(x, y, own, strength)
            out.push(between(image, fromY, fromX, channel))
          }
        }
  }
  return out
}

export function augmentationContract(
  augmentation: Augmentation,
  { plain, strength = augmentation.usual }: { readonly plain: Plain; readonly strength?: number },
): void {
  describe(augmentation.name, () => {
    const images = uniformTensor(SHAPE, 'images')
    const made = (given: number | Value, seed = 1) => {
      const { random, draws } = recordedRandom(seed)
      const value = augment(fixed(images), [{ augmentation, strength: given }], { random })
      return { shape: value.shape, numbers: compute(value), draws }
    }

    it('leaves images exactly as they are at strength 0', () => {
      const { shape, numbers } = made(0)
      expect(shape).toEqual(SHAPE)
      expect(numbers).toEqual(Array.from(images.data))
    })

    it('does what a plain program does with the same random numbers', () => {
      for (const seed of [1, 2, 3]) {
        const { numbers, draws } = made(strength, seed)
        const own = (example: number): PlainDraws =>
          draws.map(({ shape, data }) => {
            const length = data.length / shape[0]!
            return Array.from(data.subarray(example * length, (example + 1) * length))
          })
        const wanted = plainly(images.data, plain, own, strength)
        for (const [i, number] of numbers.entries()) expect(number).toBeCloseTo(wanted[i]!, 5)
        expect(numbers).not.toEqual(Array.from(images.data))
      }
    })

    it('changes each example by its own strength and numbers', () => {
      const each = (...strengths: number[]) => fixed({ shape: [3, 1], data: Float32Array.from(strengths) })
      const { numbers } = made(each(strength, 0, strength))
      const all = made(each(strength, strength, strength)).numbers
      const size = numbers.length / 3
      const example = (from: ArrayLike<number>, i: number) => Array.from(from).slice(i * size, (i + 1) * size)
      expect(example(numbers, 1)).toEqual(example(images.data, 1))
      expect(example(numbers, 0)).toEqual(example(all, 0))
      expect(example(numbers, 2)).toEqual(example(all, 2))
    })

    it('lets gradients through to the images', () => {
      expectDerivatives(
        ({ x }) => augment(x, [{ augmentation, strength }], { random: recordedRandom(1).random }),
        { x: images },
      )
    })

    it('says what it does, and has a usual strength within its limits', () => {
      expect(augmentation.name).toMatch(/^[a-z]+$/)
      expect(augmentation.description.length).toBeGreaterThan(10)
      expect(augmentation.usual).toBeGreaterThan(0)
      expect(augmentation.usual).toBeLessThanOrEqual(augmentation.most)
    })
  })
}
