// The generative adversarial network of Goodfellow et al. 2014 with the non-saturating generator loss.
import { add, mul } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import type { RandomSource } from '../layers/layer.ts'
import type { Network } from '../layers/network.ts'
import { binaryAccuracy, binaryCrossentropy, logitsOf } from '../losses/index.ts'
import type { Optimizer } from '../optimizers/optimizer.ts'
import type { Shape } from '../util/shape.ts'
import { type LatentDistribution, type Objective, objective, type PhaseContext } from './objective.ts'

export interface GanOptions {
  readonly name: string
  /** From a latent to an example in [0, 1]. */
  readonly generator: Network
  /** From an example to the probability that it is real; must end in a sigmoid. */
  readonly discriminator: Network
  readonly generatorOptimizer: Optimizer
  readonly discriminatorOptimizer: Optimizer
  /** What latents are drawn from; default uniform in [0, 1). */
  readonly latent?: LatentDistribution
  /**
   * How the generator makes the fakes that the discriminator learns from: `inference`, with moving statistics and
   * without dropout, or `training`, as it makes them in its own update. Default `inference`.
   */
  readonly fakes?: 'inference' | 'training'
  /**
   * How the discriminator learns from a batch of real examples and one of fakes: by two updates, one after the other
   * (`separate`), or by one update for the sum of both losses (`joint`). Default `separate`.
   */
  readonly updates?: 'separate' | 'joint'
}

/** Fresh latents as an input of the step. */
const draw = (random: RandomSource, latent: LatentDistribution, shape: Shape): Value =>
  latent.distribution === 'uniform' ? random.uniform(shape, latent.low, latent.high) : random.normal(shape)

const mean = (values: readonly Value[]): Value => mul(values.reduce(add), 1 / values.length)

type Players = 'generator' | 'discriminator'

/** The loss and accuracy of the discriminator on a batch that is all real (1) or all fake (0). */
function judge(probabilities: Value, target: 0 | 1) {
  const logits = logitsOf(probabilities)
  const loss = binaryCrossentropy(logits, target)
  return { loss, metrics: { loss, accuracy: binaryAccuracy(logits, target) } }
}

/**
 * A generator against a discriminator: the discriminator learns from real examples and from fakes, then the generator
 * through the discriminator as it now is. Discriminator loss and accuracy are the means of those on real examples and
 * on fakes.
 *
 * @source Goodfellow et al. 2014, arXiv:1406.2661; the order of the updates is that of Rivas 2020, chapter 14
 */
export function gan({
  name,
  generator,
  discriminator,
  generatorOptimizer,
  discriminatorOptimizer,
  latent = { distribution: 'uniform', low: 0, high: 1 },
  fakes = 'inference',
  updates = 'separate',
}: GanOptions): Objective<Players> {
  const onReal = ({ real, networks }: PhaseContext<Players>) => judge(networks.discriminator(real), 1)
  const onFakes = ({ batchSize, random, networks }: PhaseContext<Players>) => {
    const make = fakes === 'inference' ? networks.generator.inference : networks.generator
    return judge(networks.discriminator(make(draw(random, latent, [batchSize, ...generator.inputShape]))), 0)
  }
  const onBoth = (context: PhaseContext<Players>) => {
    const both = [onReal(context), onFakes(context)]
    const loss = both.map((judged) => judged.loss)
    const accuracy = mean(both.map(({ metrics }) => metrics.accuracy))
    return { loss: loss.reduce(add), metrics: { loss: mean(loss), accuracy } }
  }
  const learning = { updates: ['discriminator'], optimizer: discriminatorOptimizer } as const
  return objective({
    name,
    networks: { generator, discriminator },
    phases: [
      ...(updates === 'separate'
        ? [
            { ...learning, name: 'real', loss: onReal },
            { ...learning, name: 'fake', loss: onFakes },
          ]
        : [{ ...learning, name: 'discriminator', loss: onBoth }]),
      {
        name: 'generator',
        updates: ['generator'],
        optimizer: generatorOptimizer,
        loss: ({ batchSize, random, networks }) => {
          const made = networks.generator(draw(random, latent, [batchSize, ...generator.inputShape]))
          return { loss: binaryCrossentropy(logitsOf(networks.discriminator(made)), 1) }
        },
      },
    ],
    metrics: [
      { name: 'generatorLoss', label: 'generator loss', axis: 'left', color: '#dc267f', dash: 'dashDot' },
      {
        name: 'discriminatorLoss',
        label: 'discriminator loss',
        axis: 'left',
        color: '#fe6100',
        dash: 'dashDot',
      },
      {
        name: 'discriminatorAccuracy',
        label: 'discriminator accuracy',
        axis: 'right',
        color: '#785ef0',
        format: 'percent',
      },
    ],
    report({ generator: made, ...learned }) {
      const meanOf = (name: string): Value =>
        mean(Object.values(learned).map(({ metrics }) => metrics![name]!))
      return {
        generatorLoss: made!.loss,
        discriminatorLoss: meanOf('loss'),
        discriminatorAccuracy: meanOf('accuracy'),
      }
    },
    batches: 'replacement',
    ports: {
      generator: { input: 'z', output: 'images' },
      discriminator: { input: 'images', output: 'probability' },
    },
    sampler: { network: 'generator', latent },
    critic: { network: 'discriminator' },
    duel: { discriminatorAccuracy: 'discriminatorAccuracy', generatorLoss: 'generatorLoss' },
  })
}
