// From a generator, a discriminator and what they play for to an objective: phases, packing, rates, log.
import { mul } from '../../graph/build.ts'
import type { Value } from '../../graph/value.ts'
import type { Network } from '../../layers/network.ts'
import { inputOf, outputOf } from '../../layers/use.ts'
import { logitsOf } from '../../losses/index.ts'
import { adam } from '../../optimizers/index.ts'
import { ConfigError } from '../../util/errors.ts'
import type { Shape } from '../../util/shape.ts'
import { collapseWatch, duelWatches } from '../../watches/index.ts'
import { averaged } from '../averaged.ts'
import { checkOneNumber, checkTakes, PROBABILITY } from '../duel.ts'
import { type Log, type Objective, objective } from '../objective.ts'
import { columnFor, drawLatent, type LatentDistribution } from '../offer.ts'
import type { BoundNetwork, PhaseContext } from '../phase.ts'
import { checkProbabilities } from '../probabilities.ts'
import { packed, packedAround, packedShape } from './packed.ts'
import type { PairLoss, PairSettings, Round } from './pair-loss.ts'

export interface PairOptions {
  readonly name: string
  /** What both players play for. */
  readonly loss: PairLoss
  /** From a latent to an example. */
  readonly generator: Network
  /** The discriminator of examples of a shape: it must take that, and end in a sigmoid, under which are its scores. */
  discriminator(example: Shape): Network
  readonly latent: LatentDistribution
  /** Those of the loss where they are missing. */
  readonly settings?: Partial<PairSettings>
  /** Examples that the discriminator judges together; default 1. */
  readonly pack?: number
  /** Share kept by the moving average of the generator's weights, which then makes the samples; default none. */
  readonly ema?: number | undefined
  /** Steps of the whole training, for what falls along it. */
  readonly steps?: number | undefined
}

type Players = 'generator' | 'discriminator'

/** Half a cosine from 1 to `last`. */
const falling = (last: number, done: number): number =>
  last + (1 - last) * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, done)))

/** A rate over so many updates. */
const rateOver = (rate: number, last: number, updates: number | undefined) =>
  updates === undefined || last === 1
    ? rate
    : function cosineDecay(before: number): number {
        return rate * falling(last, before / updates)
      }

/** Everything that would otherwise fail in the first step, or silently be another objective. */
function checkPlayers(
  where: string,
  { loss, generator }: PairOptions,
  discriminator: Network,
  wanted: Shape,
): void {
  checkTakes(where, 'discriminator', wanted, inputOf(discriminator).shape)
  checkOneNumber(where, 'discriminator', outputOf(discriminator).shape, PROBABILITY)
  checkProbabilities(`${where}: the discriminator`, discriminator)
  outputOf(generator)
  const mixing = discriminator.rows.find(({ layer }) => layer.type === 'BatchNormalization')
  if (loss.perExample && mixing)
    throw new ConfigError(
      `--objective ${loss.name} penalises the discriminator's gradient at each example, and its layer "${mixing.name}" (BatchNormalization) mixes the examples of a batch; choose a model whose discriminator has none, such as dcgan, or another objective`,
    )
}

/** The settings of a loss for examples of this shape, with those that were given. */
export const pairSettings = (
  loss: PairLoss,
  example: Shape,
  given: Partial<PairSettings> = {},
): PairSettings => ({
  learningRate: 0,
  discriminatorRate: 0,
  finalRate: 1,
  beta1: 0,
  beta2: 0.999,
  discriminatorUpdates: 1,
  penalty: 0,
  finalPenalty: 1,
  lookahead: 0,
  ...loss.usual(example),
  ...given,
})

function logsOf({ logs }: PairLoss): Log[] {
  const extra = logs.map(
    ({ name, label, format }, i): Log => ({
      name: name === 'accuracy' ? 'discriminatorAccuracy' : name,
      label,
      axis: 'right',
      color: ['#785ef0', '#648fff', '#ffb000'][i % 3]!,
      ...(format ? { format } : {}),
      value: (results) => results.discriminator!.metrics![name]!,
    }),
  )
  return [
    {
      name: 'generatorLoss',
      label: 'generator loss',
      axis: 'left',
      color: '#dc267f',
      dash: 'dashDot',
      value: (results) => results.generator!.loss,
    },
    {
      name: 'discriminatorLoss',
      label: 'discriminator loss',
      axis: 'left',
      color: '#fe6100',
      dash: 'dashDot',
      // Of both batches: the mean, as models without an objective of their own log it.
      value: (results) => mul(results.discriminator!.loss, 0.5),
    },
    ...extra,
  ]
}

/**
 * A generator and a discriminator that play for a loss. The discriminator learns from real examples and fakes made in training
 * mode, by one update for both, `discriminatorUpdates` times, each with a batch of its own; then the generator through the
 * discriminator as it now is.
 *
 * @throws ConfigError for networks that the loss does not take; ShapeError for networks that do not fit together
 */
export function pairObjective(options: PairOptions): Objective<Players | 'averaged'> | Objective<Players> {
  const { name, loss, generator, latent, pack = 1, ema, steps } = options
  const example = outputOf(generator).shape
  const wanted = packedShape(example, pack)
  const discriminator = options.discriminator(wanted)
  checkPlayers(`${name}, objective ${loss.name}`, options, discriminator, wanted)
  const settings = pairSettings(loss, example, options.settings)
  const { beta1, beta2, discriminatorUpdates: repeats, finalRate } = settings
  const optimizerOf = (rate: number, updates: number) =>
    adam({
      learningRate: rateOver(rate, finalRate, steps === undefined ? undefined : steps * updates),
      beta1,
      beta2,
    })
  const discriminatorOptimizer = optimizerOf(settings.discriminatorRate, repeats)
  const z = inputOf(generator)
  const column = columnFor(discriminator)
  const roundOf = (context: PhaseContext<Players>): Round => {
    const { batchSize, data, random, networks, training, after, scheduled } = context
    const together = training ? packed : packedAround
    const penaltyWeight = scheduled('penalty', (step) =>
      steps === undefined
        ? settings.penalty
        : settings.penalty * falling(settings.finalPenalty, step / steps),
    )
    const against = (opponent: BoundNetwork, shared: Pick<Round, 'real' | 'fake'>): Round => ({
      ...shared,
      random,
      settings,
      penaltyWeight,
      score: (examples: Value) => logitsOf(opponent(examples)),
      ahead: (lost) => against(after(opponent, lost, discriminatorOptimizer), shared),
    })
    return against(networks.discriminator, {
      real: together(data[column]!, pack),
      fake: together(networks.generator(drawLatent(random, latent, [batchSize, ...z.shape])), pack),
    })
  }
  const game = objective<Players>({
    name,
    networks: { generator, discriminator },
    phases: [
      {
        name: 'discriminator',
        updates: ['discriminator'],
        optimizer: discriminatorOptimizer,
        repeats,
        loss: (context) => loss.discriminator(roundOf(context)),
      },
      {
        name: 'generator',
        updates: ['generator'],
        optimizer: optimizerOf(settings.learningRate, 1),
        loss: (context) => loss.generator(roundOf(context)),
      },
    ],
    logs: logsOf(loss),
    batches: 'replacement',
    offers: {
      generate: { network: 'generator', draws: { [z.name]: latent } },
      // Several examples at once are nothing that can be asked about one.
      ...(loss.isProbability && pack === 1 ? { judge: { network: 'discriminator' as const } } : {}),
    },
    watches: [
      ...(loss.isProbability
        ? duelWatches({ generatorLoss: 'generatorLoss', discriminatorAccuracy: 'discriminatorAccuracy' })
        : []),
      collapseWatch(),
    ],
  })
  return ema === undefined ? game : averaged(game, { of: 'generator', decay: ema })
}
