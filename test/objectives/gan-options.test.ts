// What a GAN is refused for at once, and how its fakes are made by default.
import { describe, expect, it } from 'vitest'
import { printGraph } from '../../src/graph/printer.ts'
import { type ActivationName, dense, dropout, type Network, sequential } from '../../src/layers/index.ts'
import { imageFacts, modelNamed } from '../../src/models/index.ts'
import { type GanOptions, gan, type Objective } from '../../src/objectives/index.ts'
import { adam } from '../../src/optimizers/index.ts'
import { stepGraph } from '../../src/training/step.ts'
import { ConfigError, ShapeError } from '../../src/util/errors.ts'
import { columnsOf } from '../training/tiny-gan.ts'

describe('networks of a GAN that do not fit together', () => {
  const network = (name: string, from: number, units: number, activation: ActivationName = 'sigmoid') =>
    sequential({ name, input: [from] }, [dense({ units, activation })])
  const make = (generator: Network, discriminator: Network, rest: Partial<GanOptions> = {}) =>
    gan({
      name: 'duel',
      generator,
      discriminator,
      generatorOptimizer: adam(),
      discriminatorOptimizer: adam(),
      ...rest,
    })
  const generator = network('generator', 3, 4)
  const discriminator = network('discriminator', 4, 1)

  it('are refused at once when the discriminator takes other examples than the generator makes', () => {
    const mistaken = () => make(generator, network('discriminator', 5, 1))
    expect(mistaken).toThrow(ShapeError)
    expect(mistaken).toThrow(/takes? what the generator makes, \[4\], but takes \[5\]; .*reshape/)
  })

  it('are refused at once when the discriminator does not end in one number', () => {
    const mistaken = () => make(generator, network('discriminator', 4, 2))
    expect(mistaken).toThrow(ShapeError)
    expect(mistaken).toThrow(
      /one number, the probability that an example is real, got \[2\]; end it with dense/,
    )
  })

  it('are refused at once when the discriminator does not end in a sigmoid', () => {
    const mistaken = () => make(generator, network('discriminator', 4, 1, 'linear'))
    expect(mistaken).toThrow(ConfigError)
    expect(mistaken).toThrow(/^gan "duel": the discriminator must end in a sigmoid/)
  })

  it('are refused with options outside their choices', () => {
    expect(() => make(generator, discriminator, { fakes: 'trainig' as 'training' })).toThrow(
      /did you mean "training"/,
    )
    expect(() =>
      make(generator, discriminator, { latent: { distribution: 'uniform', low: 1, high: 0 } }),
    ).toThrow(/^gan "duel", latent: high must be a number with high > 1, got 0$/)
    expect(() => make(generator, discriminator)).not.toThrow()
  })
})

describe('the fakes that a discriminator of the library learns from', () => {
  const options = { generatorOptimizer: adam(), discriminatorOptimizer: adam() }
  const feedKinds = (objective: Objective) =>
    stepGraph(objective, { batchSize: 4, columns: columnsOf([20]) }).feeds.map(({ name }) => name)
  const players = () => ({
    generator: sequential({ name: 'generator', input: [8] }, [
      dense({ units: 16 }),
      dropout({ rate: 0.5 }),
      dense({ units: 20, activation: 'sigmoid' }),
    ]),
    discriminator: sequential({ name: 'discriminator', input: [20] }, [
      dense({ units: 1, activation: 'sigmoid' }),
    ]),
  })

  it('are made as the generator makes them in its own update, unless said otherwise', () => {
    expect(feedKinds(gan({ name: 'g', ...options, ...players() }))).toContain('fake/dropout-1')
    expect(feedKinds(gan({ name: 'g', ...options, ...players(), fakes: 'inference' }))).not.toContain(
      'fake/dropout-1',
    )
  })

  it.each(['mlp-gan', 'dcgan'])(
    "are made by moving statistics in the chapter's model %s, which says so",
    (name) => {
      const facts = imageFacts([28, 28, 1])
      const model = modelNamed(name)
      const chapter = model.objective(model.options.parse({}), facts)
      const { generator, discriminator } = chapter.networks as Record<'generator' | 'discriminator', Network>
      const printed = (objective: Objective): string =>
        printGraph(stepGraph(objective, { batchSize: 2, columns: facts.columns }).graph)
      const ours = (fakes: 'training' | 'inference'): string => {
        const [one, other] = [
          adam({ learningRate: 2e-4, beta1: 0.5 }),
          adam({ learningRate: 2e-4, beta1: 0.5 }),
        ]
        const optimizers = { generatorOptimizer: one, discriminatorOptimizer: other }
        return printed(gan({ name, generator, discriminator, ...optimizers, fakes }))
      }
      expect(printed(chapter)).toBe(ours('inference'))
      expect(printed(chapter)).not.toBe(ours('training'))
    },
  )
})
