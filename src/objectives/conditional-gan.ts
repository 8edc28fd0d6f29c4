// The conditional GAN of Mirza & Osindero 2014: the label enters both players.
import { NETWORK, type Network } from '../layers/network.ts'
import { outputOf } from '../layers/use.ts'
import { OPTIMIZER, type Optimizer } from '../optimizers/optimizer.ts'
import { checkArguments, NAME } from '../util/arguments.ts'
import { ConfigError } from '../util/errors.ts'
import { collapseWatch, duelWatches } from '../watches/index.ts'
import { checkOneNumber, checkTakes, DUEL_LOGS, DUEL_METRICS, judge, judgeBoth, PROBABILITY } from './duel.ts'
import { type Objective, objective } from './objective.ts'

export interface ConditionalGanOptions {
  readonly name: string
  /** From a latent `z` and a `label` to an example in [0, 1]. */
  readonly generator: Network
  /** From an example `images` and its `label` to the probability that both are real; must end in a sigmoid. */
  readonly discriminator: Network
  readonly generatorOptimizer: Optimizer
  readonly discriminatorOptimizer: Optimizer
  /** Number of classes. */
  readonly classes: number
}

const ARGUMENTS = {
  name: NAME,
  generator: NETWORK,
  discriminator: NETWORK,
  generatorOptimizer: OPTIMIZER,
  discriminatorOptimizer: OPTIMIZER,
  classes: {
    expected: 'a number of classes, at least 2',
    is: (n: unknown) => Number.isInteger(n) && Number(n) >= 2,
  },
}

/** @throws ConfigError unless a network takes a label and one other input */
function otherInput(where: string, { name, inputs }: Network): string {
  const others = Object.keys(inputs).filter((input) => input !== 'label')
  if (inputs.label?.dtype !== 'int64' || others.length !== 1)
    throw new ConfigError(
      `${where}: the ${name} must take an int64 "label" and one other input, got ${Object.keys(inputs).join(', ')}; make it with network(name, { z: [100], label: { shape: [], dtype: 'int64' } }, ...)`,
    )
  return others[0]!
}

/**
 * A generator that makes examples of a class, against a discriminator that sees the class as well. Fakes have the labels
 * of the real batch; `sparring sample <run> --class 7` draws those of one class.
 *
 * @throws ConfigError for options that are missing, unknown or of another kind; ShapeError for networks that do not fit together
 * @source Mirza & Osindero 2014, arXiv:1411.1784
 */
export function conditionalGan(options: ConditionalGanOptions): Objective<'generator' | 'discriminator'> {
  checkArguments('conditionalGan', options, ARGUMENTS)
  const { name, generator, discriminator, generatorOptimizer, discriminatorOptimizer, classes } = options
  const where = `conditionalGan "${name}"`
  const [z, x] = [otherInput(where, generator), otherInput(where, discriminator)]
  const latent = generator.inputs[z]!.shape
  checkTakes(where, 'discriminator', outputOf(generator).shape, discriminator.inputs[x]!.shape)
  checkOneNumber(where, 'discriminator', outputOf(discriminator).shape, PROBABILITY)
  return objective({
    name,
    networks: { generator, discriminator },
    phases: [
      {
        name: 'discriminator',
        updates: ['discriminator'],
        optimizer: discriminatorOptimizer,
        loss: ({ batchSize, data: { images, labels }, random, networks }) => {
          const fakes = networks.generator({ [z]: random.normal([batchSize, ...latent]), label: labels! })
          const onReal = judge(networks.discriminator({ [x]: images!, label: labels! }), 1)
          const onFakes = judge(networks.discriminator({ [x]: fakes, label: labels! }), 0)
          return judgeBoth(onReal, onFakes)
        },
      },
      {
        name: 'generator',
        updates: ['generator'],
        optimizer: generatorOptimizer,
        loss: ({ batchSize, data: { labels }, random, networks }) => {
          const made = networks.generator({ [z]: random.normal([batchSize, ...latent]), label: labels! })
          return { loss: judge(networks.discriminator({ [x]: made, label: labels! }), 1).loss }
        },
      },
    ],
    logs: DUEL_LOGS,
    batches: 'replacement',
    offers: {
      generate: {
        network: 'generator',
        draws: { [z]: { distribution: 'normal' }, label: { distribution: 'classes', count: classes } },
      },
    },
    watches: [...duelWatches(DUEL_METRICS), collapseWatch()],
  })
}
