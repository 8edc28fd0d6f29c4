// The generative adversarial network of Goodfellow et al. 2014 with the non-saturating generator loss.
import { NETWORK, type Network } from '../layers/network.ts'
import { inputOf, outputOf } from '../layers/use.ts'
import { binaryCrossentropy, logitsOf } from '../losses/index.ts'
import { OPTIMIZER, type Optimizer } from '../optimizers/optimizer.ts'
import { ANYTHING, checkArguments, NAME } from '../util/arguments.ts'
import { checkChoice, checkNumber } from '../util/options.ts'
import { collapseWatch, duelWatches } from '../watches/index.ts'
import { checkOneNumber, checkTakes, DUEL_LOGS, DUEL_METRICS, judge, judgeBoth, PROBABILITY } from './duel.ts'
import { type Objective, objective } from './objective.ts'
import { columnFor, drawLatent, type LatentDistribution } from './offer.ts'
import type { PhaseContext } from './phase.ts'
import { checkProbabilities } from './probabilities.ts'

const FAKES = ['inference', 'training'] as const
const UPDATES = ['separate', 'joint'] as const

export interface GanOptions {
  readonly name: string
  /** From a latent to an example in [0, 1]. */
  readonly generator: Network
  /** From an example to the probability that it is real, one number; must end in a sigmoid. */
  readonly discriminator: Network
  readonly generatorOptimizer: Optimizer
  readonly discriminatorOptimizer: Optimizer
  /** What latents are drawn from; default uniform in [0, 1). */
  readonly latent?: LatentDistribution
  /**
   * How the generator makes the fakes that the discriminator learns from: `training`, as it makes them in its own
   * update, with the statistics of the batch and with dropout, or `inference`, with moving statistics and without dropout.
   * Default `training`: both players then see the same kind of fakes. Moving statistics of a batch normalisation lag behind,
   * so with `inference` the discriminator may tell those fakes from real examples at once (accuracy 100%) while those of
   * the generator's own update, which it never learns from, fool it (generator loss near 0). The chapter's models say
   * `inference`, because the chapter's program does (Keras' `predict`).
   */
  readonly fakes?: (typeof FAKES)[number]
  /**
   * How the discriminator learns from a batch of real examples and one of fakes: by two updates, one after the other
   * (`separate`), or by one update for the sum of both losses (`joint`). Default `separate`.
   */
  readonly updates?: (typeof UPDATES)[number]
}

/** Names as a table, for `checkChoice`. */
const choices = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, name]))

type Players = 'generator' | 'discriminator'

/** What every option is; `checkOptions` looks at those of several kinds. */
const ARGUMENTS = {
  name: NAME,
  generator: NETWORK,
  discriminator: NETWORK,
  generatorOptimizer: OPTIMIZER,
  discriminatorOptimizer: OPTIMIZER,
  latent: ANYTHING,
  fakes: ANYTHING,
  updates: ANYTHING,
}

/** Everything that would otherwise fail in the first step. */
function checkOptions(
  where: string,
  { generator, discriminator, latent, fakes, updates }: Required<Omit<GanOptions, 'name'>>,
): void {
  checkChoice(where, 'fakes', fakes, choices(FAKES))
  checkChoice(where, 'updates', updates, choices(UPDATES))
  checkChoice(`${where}, latent`, 'distribution', latent?.distribution, choices(['uniform', 'normal']))
  if (latent.distribution === 'uniform') {
    checkNumber(`${where}, latent`, 'low', latent.low)
    checkNumber(`${where}, latent`, 'high', latent.high, { above: latent.low })
  }
  checkTakes(where, 'discriminator', outputOf(generator).shape, inputOf(discriminator).shape)
  checkOneNumber(where, 'discriminator', outputOf(discriminator).shape, PROBABILITY)
  checkProbabilities(`${where}: the discriminator`, discriminator)
}

/**
 * A generator against a discriminator: the discriminator learns from real examples and from fakes, then the generator
 * through the discriminator as it now is. Discriminator loss and accuracy are the means of those on real examples and
 * on fakes.
 *
 * @throws ConfigError for options that are missing, unknown or out of range, and for a discriminator that does not end in a
 *         sigmoid; ShapeError for networks that do not fit together
 * @source Goodfellow et al. 2014, arXiv:1406.2661; the order of the updates is that of Rivas 2020, chapter 14
 */
export function gan(options: GanOptions): Objective<Players> {
  checkArguments('gan', options, ARGUMENTS)
  const {
    name,
    generator,
    discriminator,
    generatorOptimizer,
    discriminatorOptimizer,
    latent = { distribution: 'uniform', low: 0, high: 1 },
    fakes = 'training',
    updates = 'separate',
  } = options
  const players = { generator, discriminator, generatorOptimizer, discriminatorOptimizer }
  checkOptions(`gan "${name}"`, { ...players, latent, fakes, updates })
  const z = inputOf(generator)
  const column = columnFor(discriminator)
  const onReal = ({ data, networks }: PhaseContext<Players>) =>
    judge(networks.discriminator(data[column]!), 1)
  const onFakes = ({ batchSize, random, networks }: PhaseContext<Players>) => {
    const make = fakes === 'inference' ? networks.generator.inference : networks.generator
    return judge(networks.discriminator(make(drawLatent(random, latent, [batchSize, ...z.shape]))), 0)
  }
  const onBoth = (context: PhaseContext<Players>) => judgeBoth(onReal(context), onFakes(context))
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
          const made = networks.generator(drawLatent(random, latent, [batchSize, ...z.shape]))
          return { loss: binaryCrossentropy(logitsOf(networks.discriminator(made)), 1) }
        },
      },
    ],
    logs: DUEL_LOGS,
    batches: 'replacement',
    offers: {
      generate: { network: 'generator', draws: { [z.name]: latent } },
      judge: { network: 'discriminator' },
    },
    watches: [...duelWatches(DUEL_METRICS), collapseWatch()],
  })
}
