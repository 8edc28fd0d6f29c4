// Every augmentation against a plain program, and several of them together.
import { describe, expect, it } from 'vitest'
import { AUGMENTATIONS, augment, type Chosen, policyOf, policyText } from '../../src/augmentations/index.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { constant } from '../../src/graph/value.ts'
import { ConfigError } from '../../src/util/errors.ts'
import { augmentationContract, type Plain, recordedRandom, SIZE } from '../contracts/augmentation.ts'
import { compute, fixed, tensor, uniformTensor } from '../support/tensors.ts'

const { height, width } = SIZE
const middle = [(width - 1) / 2, (height - 1) / 2] as const
const one = (draws: readonly (readonly number[])[], which: number): number => draws[which]![0]!

/** A field of displacements at a pixel: noise under a Gaussian, scaled to the variance of the noise. */
function smoothed(noise: readonly number[], x: number, y: number): number {
  const weights = (length: number, at: number): number[] => {
    const all = Array.from({ length }, (_, i) => Math.exp(-((i - at) ** 2) / (2 * (length / 7) ** 2)))
    const norm = Math.sqrt(all.reduce((sum, w) => sum + w * w, 0))
    return all.map((w) => w / norm)
  }
  const [down, across] = [weights(height, y), weights(width, x)]
  return noise.reduce((sum, number, i) => sum + number * down[Math.floor(i / width)]! * across[i % width]!, 0)
}

const PLAIN: Readonly<Record<string, { plain: Plain; strength?: number }>> = {
  shift: {
    strength: 0.4,
    plain: {
      from: (x, y, draws, s) => [
        x + Math.floor(one(draws, 0) * s * width + 0.5),
        y + Math.floor(one(draws, 1) * s * height + 0.5),
      ],
    },
  },
  rotate: {
    strength: 60,
    plain: {
      from(x, y, draws, s) {
        const angle = (one(draws, 0) * s * Math.PI) / 180
        const [dx, dy] = [x - middle[0], y - middle[1]]
        return [
          middle[0] + Math.cos(angle) * dx - Math.sin(angle) * dy,
          middle[1] + Math.sin(angle) * dx + Math.cos(angle) * dy,
        ]
      },
    },
  },
  scale: {
    strength: 0.5,
    plain: {
      from(x, y, draws, s) {
        const factor = (1 + s) ** one(draws, 0)
        return [middle[0] + factor * (x - middle[0]), middle[1] + factor * (y - middle[1])]
      },
    },
  },
  shear: {
    strength: 0.5,
    plain: { from: (x, y, draws, s) => [x + one(draws, 0) * s * (y - middle[1]), y] },
  },
  crop: {
    strength: 0.5,
    plain: {
      from(x, y, draws, s) {
        const left = one(draws, 0) * s
        return [
          x * (1 - left) + one(draws, 1) * left * (width - 1),
          y * (1 - left) + one(draws, 2) * left * (height - 1),
        ]
      },
    },
  },
  elastic: {
    plain: {
      from: (x, y, draws, s) => [x + s * smoothed(draws[0]!, x, y), y + s * smoothed(draws[1]!, x, y)],
    },
  },
  erase: {
    strength: 0.7,
    plain: {
      value(image, y, x, channel, draws, s) {
        const inY = Math.abs(y + 0.5 - one(draws, 0) * height) < (s * height) / 2
        const inX = Math.abs(x + 0.5 - one(draws, 1) * width) < (s * width) / 2
        return inX && inY ? 0 : image.at(y, x, channel)
      },
    },
  },
  noise: {
    plain: {
      value: (image, y, x, channel, draws, s) =>
        image.at(y, x, channel) + s * draws[0]![(y * width + x) * image.channels + channel]!,
    },
  },
  brightness: {
    plain: { value: (image, y, x, channel, draws, s) => image.at(y, x, channel) + s * one(draws, 0) },
  },
  contrast: {
    plain: {
      value(image, y, x, channel, draws, s) {
        let mean = 0
        for (let row = 0; row < height; row++)
          for (let column = 0; column < width; column++)
            for (let c = 0; c < image.channels; c++)
              mean += image.at(row, column, c) / (height * width * image.channels)
        return mean + (1 + s * one(draws, 0)) * (image.at(y, x, channel) - mean)
      },
    },
  },
  saturation: {
    plain: {
      value(image, y, x, channel, draws, s) {
        const grey = (image.at(y, x, 0) + image.at(y, x, 1)) / 2
        return grey + (1 + s * one(draws, 0)) * (image.at(y, x, channel) - grey)
      },
    },
  },
}

for (const augmentation of AUGMENTATIONS) augmentationContract(augmentation, PLAIN[augmentation.name]!)

it('every augmentation has a plain program, and a name of its own', () => {
  const names = AUGMENTATIONS.map(({ name }) => name)
  expect(Object.keys(PLAIN).sort()).toEqual([...names].sort())
  expect(new Set(names).size).toBe(names.length)
})

const named = (text: string): Chosen[] => policyOf('--augment', text)

describe('several augmentations', () => {
  it('of movements interpolate once, the first one being done first', () => {
    // A quarter turn, then a pixel to the right: whole places, so nothing is blurred.
    const image = tensor([
      [
        [[1], [2], [3]],
        [[4], [5], [6]],
        [[7], [8], [9]],
      ],
    ])
    const steered = (numbers: readonly number[]) => {
      const left = [...numbers]
      return { ...recordedRandom(1).random, uniform: () => constant([left.shift()!], [1, 1]) }
    }
    const both = named('rotate=90,shift=0.34')
    // The places of a result are led back through the last movement first: shift asks before rotate.
    const made = compute(augment(fixed(image), both, { random: steered([-1, 0, 1]) }))
    expect(made.map((value) => Math.round(value * 1e4) / 1e4)).toEqual([0, 3, 6, 0, 2, 5, 0, 1, 4])
    const other = compute(augment(fixed(image), [...both].reverse(), { random: steered([1, -1, 0]) }))
    expect(other.map((value) => Math.round(value * 1e4) / 1e4)).toEqual([2, 5, 8, 1, 4, 7, 0, 0, 0])
  })

  it('of both kinds keep their order', () => {
    const white = fixed({ shape: [1, 4, 4, 1], data: new Float32Array(16).fill(1) })
    const steered = { ...recordedRandom(1).random, uniform: () => constant([1], [1, 1]) }
    const rows = (text: string) => compute(augment(white, named(text), { random: steered }))
    // Where the image has left, brightness before it changes nothing, brightness after it does.
    expect(rows('brightness=0.5,shift=0.25').slice(12)).toEqual([0, 0, 0, 0])
    expect(rows('shift=0.25,brightness=0.5').slice(12)).toEqual([0.5, 0.5, 0.5, 0.5])
  })

  it('touch an example with the probability that is asked for', () => {
    const n = 400
    const images = fixed(uniformTensor([n, 2, 2, 1], 'many'))
    const before = compute(images)
    const changedShare = (probability: number) => {
      const made = compute(
        augment(images, named('brightness'), { random: recordedRandom(7).random, probability }),
      )
      return Array.from({ length: n }, (_, i) => made[4 * i] !== before[4 * i]).filter(Boolean).length / n
    }
    expect(changedShare(0)).toBe(0)
    expect(Math.abs(changedShare(0.3) - 0.3)).toBeLessThan(0.09) // Four deviations.
    expect(changedShare(1)).toBeGreaterThan(0.99)
    const value = augment(images, named('brightness'), {
      random: recordedRandom(7).random,
      probability: constant([0.3], []),
    })
    expect(interpret({ value }).value!.data.length).toBe(4 * n)
  })

  it('leave elastic displacements with the deviation that is their strength, also at the border', () => {
    const elastic = AUGMENTATIONS.find(({ name }) => name === 'elastic')!
    if (elastic.kind !== 'movement') throw new Error('it moves')
    const size = { n: 300, height: 14, width: 14, channels: 1 }
    const zero = constant(new Float32Array(300 * 196), [300, 196])
    const { x } = elastic.place(
      { x: zero, y: zero },
      {
        ...size,
        strength: constant(new Float32Array(300).fill(2), [300, 1]),
        random: recordedRandom(3).random,
      },
    )
    const moved = compute(x)
    for (const pixel of [0, 7, 100, 195]) {
      const each = Array.from({ length: 300 }, (_, i) => moved[196 * i + pixel]!)
      const deviation = Math.sqrt(each.reduce((sum, d) => sum + d * d, 0) / 300)
      expect(Math.abs(deviation - 2)).toBeLessThan(0.35) // Four standard errors: 2 / sqrt(600).
      // Neighbours go together.
    }
    expect(Math.abs(moved[100]! - moved[101]!)).toBeLessThan(1)
  })
})

describe('a policy', () => {
  it('is read from names and strengths, and written out in full', () => {
    expect(policyText(policyOf('--augment', 'shift, rotate = 20,elastic=0'))).toBe(
      'shift=0.08,rotate=20,elastic=0',
    )
  })

  it('says what is wrong with it', () => {
    const read = (text: string) => () => policyOf('--augment', text)
    expect(read('shfit')).toThrow(ConfigError)
    expect(read('shfit')).toThrow(
      '--augment: unknown augmentation "shfit"; did you mean "shift"? There are shift=0.08 (moved',
    )
    expect(read('')).toThrow('unknown augmentation ""')
    expect(read('shift,rotate,shift')).toThrow('"shift" stands twice')
    expect(read('rotate=200')).toThrow(
      'expected a strength from 0 to 180, such as rotate=15, got "rotate=200"',
    )
    for (const text of ['rotate=', 'rotate=-1', 'rotate=x', 'rotate=1=2'])
      expect(read(text)).toThrow(/expected a strength/)
  })
})
