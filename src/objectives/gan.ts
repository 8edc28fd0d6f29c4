// The generative adversarial network of Goodfellow et al. 2014 with the non-saturating generator loss.
import { add, mul } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import type { Network } from '../layers/network.ts'
import { binaryAccuracy, binaryCrossentropy, logitsOf } from '../losses/index.ts'
import type { Optimizer } from '../optimizers/optimizer.ts'
import { type Objective, objective } from './objective.ts'

export interface GanOptions {
  readonly name: string
  /** From a latent to an example in [0, 1]. */
  readonly generator: Network
  /** From an example to the probability that it is real; must end in a sigmoid. */
  readonly discriminator: Network
  readonly generatorOptimizer: Optimizer
  readonly discriminatorOptimizer: Optimizer
}

const mean = (a: Value, b: Value): Value => mul(add(a, b), 0.5)

/**
 * A generator against a discriminator, in three updates a step: the discriminator on real examples, the
 * discriminator on fakes made in inference mode, the generator through the discriminator as it now is.
 * Latents are uniform in [0, 1). Discriminator loss and accuracy are the means of its two updates.
 *
 * @source Goodfellow et al. 2014, arXiv:1406.2661; the order of the updates is that of Rivas 2020, chapter 14
 */
export const gan = ({
  name,
  generator,
  discriminator,
  generatorOptimizer,
  discriminatorOptimizer,
}: GanOptions): Objective<'generator' | 'discriminator'> =>
  objective({
    name,
    networks: { generator, discriminator },
    phases: [
      {
        name: 'real',
        updates: ['discriminator'],
        optimizer: discriminatorOptimizer,
        loss: ({ real, networks }) => {
          const logits = logitsOf(networks.discriminator(real))
          return { loss: binaryCrossentropy(logits, 1), metrics: { accuracy: binaryAccuracy(logits, 1) } }
        },
      },
      {
        name: 'fake',
        updates: ['discriminator'],
        optimizer: discriminatorOptimizer,
        loss: ({ batchSize, random, networks }) => {
          const fakes = networks.generator.inference(random.uniform([batchSize, ...generator.inputShape]))
          const logits = logitsOf(networks.discriminator(fakes))
          return { loss: binaryCrossentropy(logits, 0), metrics: { accuracy: binaryAccuracy(logits, 0) } }
        },
      },
      {
        name: 'generator',
        updates: ['generator'],
        optimizer: generatorOptimizer,
        loss: ({ batchSize, random, networks }) => {
          const fakes = networks.generator(random.uniform([batchSize, ...generator.inputShape]))
          return { loss: binaryCrossentropy(logitsOf(networks.discriminator(fakes)), 1) }
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
    report: ({ real, fake, generator: made }) => ({
      generatorLoss: made!.loss,
      discriminatorLoss: mean(real!.loss, fake!.loss),
      discriminatorAccuracy: mean(real!.metrics!.accuracy!, fake!.metrics!.accuracy!),
    }),
    batches: 'replacement',
    ports: {
      generator: { input: 'z', output: 'images' },
      discriminator: { input: 'images', output: 'probability' },
    },
    sampler: { network: 'generator', latent: { distribution: 'uniform', low: 0, high: 1 } },
    duel: { discriminatorAccuracy: 'discriminatorAccuracy', generatorLoss: 'generatorLoss' },
  })
