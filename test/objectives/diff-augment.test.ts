// Differentiable augmentation of GANs: the discriminator sees changed images only, gradients reach the generator, and ADA's probability.
import { describe, expect, it } from 'vitest'
import { type Augmentation, policyOf } from '../../src/augmentations/index.ts'
import { mul } from '../../src/graph/build.ts'
import { dcgan } from '../../src/models/dcgan.ts'
import { settledOptions } from '../../src/models/model.ts'
import { diffAugment } from '../../src/objectives/diff-augment.ts'
import { stepGraph } from '../../src/training/step.ts'
import { reportGraph } from '../../src/training/validation.ts'
import { ConfigError } from '../../src/util/errors.ts'
import { type Arrays, feedsOf, largestDifference, noisyState, runStep } from '../training/run-step.ts'
import { columnsOf, randomSource, tinyGan } from '../training/tiny-gan.ts'

const IMAGE = [2, 2, 1]
const game = () => tinyGan({ updates: 'joint', fakes: 'training' })
const step = (objective: ReturnType<typeof game>) =>
  stepGraph(objective, { batchSize: 4, columns: columnsOf(IMAGE) })
const chosen = (text: string) => policyOf('test', text)

describe('a GAN under differentiable augmentation', () => {
  it('takes the very step of the original where nothing is changed', () => {
    const [plain, still] = [game(), diffAugment(game(), { augmentations: chosen('shift=0') })].map(step)
    const state = noisyState(plain!)
    const fed = feedsOf(still!, randomSource(9), 1)
    // Dropout masks and latents are called by their number, which moves on where augmentations draw.
    const own = feedsOf(plain!, randomSource(9), 1)
    const names = (of: typeof fed) => Object.keys(of).filter((name) => /dropout|uniform/.test(name))
    const bySize = (of: typeof fed, size: number) =>
      names(of).filter((name) => of[name]!.data.length === size)
    for (const size of new Set(names(own).map((name) => own[name]!.data.length)))
      if (size !== 4)
        bySize(own, size).forEach((name, i) => {
          own[name] = fed[bySize(fed, size)[i]!]!
        })
    const [a, b] = [runStep(plain!, state, own), runStep(still!, state, fed)]
    expect(largestDifference(a.state, b.state)).toBeLessThan(1e-9)
    expect(largestDifference(a.state, state)).toBeGreaterThan(0.001)
  })

  it('changes real and made images before they are judged, afresh each time, and none in validation', () => {
    const changed = diffAugment(game(), { augmentations: chosen('noise=0.3') })
    const noise = step(changed).feeds.filter(({ kind }) => kind === 'normal')
    // Real and made for the discriminator, made for the generator.
    expect(noise.map(({ shape }) => shape)).toEqual([
      [4, 2, 2, 1],
      [4, 2, 2, 1],
      [4, 2, 2, 1],
    ])
    const { feeds } = reportGraph(changed, { batchSize: 4, columns: columnsOf(IMAGE) })
    expect(feeds.filter(({ kind }) => kind === 'normal')).toEqual([])
  })

  it('has gradients of the generator that know the change', () => {
    // Whatever is made, the discriminator sees black.
    const black: Augmentation = {
      kind: 'change',
      name: 'black',
      description: 'black',
      usual: 1,
      most: 1,
      change: (images) => mul(images, 0),
    }
    const changed = step(diffAugment(game(), { augmentations: [{ augmentation: black }] }))
    const state = noisyState(changed)
    const { state: next } = runStep(changed, state, feedsOf(changed, randomSource(9), 1))
    const kernel = 'generator/dense/kernel'
    const moved = next[kernel]!.some((value, i) => value !== state[kernel]![i])
    const plain = step(game())
    const without = runStep(plain, noisyState(plain), feedsOf(plain, randomSource(9), 1)).state
    expect(without[kernel]!.some((value, i) => value !== state[kernel]![i])).toBe(true)
    expect(moved).toBe(false)
  })
})

describe('adaptive augmentation', () => {
  const images = 40
  /** Probabilities of some steps of a discriminator that takes everything for real, or nothing. */
  function probabilities(bias: number, first: number, steps: number): number[] {
    const made = step(diffAugment(game(), { augmentations: chosen('noise=0.1'), ada: { images } }))
    let state: Arrays = {
      ...noisyState(made),
      'variable/augmentation': Float64Array.from([first]),
      'discriminator/dense-1/bias': Float64Array.from([bias]),
    }
    return Array.from({ length: steps }, (_, i) => {
      const result = runStep(made, state, feedsOf(made, randomSource(9), i))
      state = result.state
      expect(result.metrics.augmentation).toBe(state['variable/augmentation']![0])
      return result.metrics.augmentation!
    })
  }

  it('rises by a batch of so many images while the discriminator is surer of real images than the target, and falls while it is not', () => {
    const expected = (by: number): unknown[] => [1, 2, 3].map((steps) => expect.closeTo(0.5 + by * steps, 6))
    expect(probabilities(50, 0.5, 3)).toEqual(expected(4 / images))
    expect(probabilities(-50, 0.5, 3)).toEqual(expected(-4 / images))
  })

  it('stays between 0 and 1', () => {
    expect(probabilities(50, 0.95, 2)).toEqual([1, 1])
    expect(probabilities(-50, 0.05, 2)).toEqual([0, 0])
  })
})

it('is asked for with an objective, and settled', () => {
  const settled = (options: object) => settledOptions(dcgan, dcgan.options.parse(options))
  expect(settled({ objective: 'hinge', diffAugment: 'shift,brightness', ada: 0.6 })).toMatchObject({
    diffAugment: 'shift=0.08,brightness=0.2',
    ada: 0.6,
  })
  const made = dcgan.objective(
    settled({ objective: 'non-saturating', diffAugment: 'shift', ada: 0.5 }),
    dcgan.madeFor,
  )
  expect(made.logs.map(({ name }) => name)).toContain('augmentation')
  expect(() => settled({ diffAugment: 'shift' })).toThrow('--diff-augment is for --objective')
  expect(() => settled({ objective: 'hinge', ada: 0.6 })).toThrow('--ada is for --diff-augment')
  expect(() => diffAugment(game(), { augmentations: [] })).toThrow(ConfigError)
})
