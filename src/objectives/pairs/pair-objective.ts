// From a generator, a discriminator and what they play for to an objective: phases, packing, rates, log.
import { mul } from '../../graph/build.ts'
import { outputOf } from '../../layers/use.ts'
import { adam } from '../../optimizers/index.ts'
import { ConfigError } from '../../util/errors.ts'
import type { Shape } from '../../util/shape.ts'
import { collapseWatch, duelWatches } from '../../watches/index.ts'
import type { Watch } from '../../watches/watch.ts'
import { averaged } from '../averaged.ts'
import { CLASSES, LABEL, mainInput, mainOutput, PLAYER } from '../conditions/players.ts'
import { checkOneNumber, checkTakes, PROBABILITY } from '../duel.ts'
import { type Log, type Objective, objective } from '../objective.ts'
import type { LatentDistribution } from '../offer.ts'
import type { PhaseContext } from '../phase.ts'
import { checkProbabilities } from '../probabilities.ts'
import { packedShape } from './packed.ts'
import { ACCURACY, type PairLoss, type PairSettings } from './pair-loss.ts'
import { type PairPlayers, type PlayersOptions, pairPlayers } from './pair-players.ts'
import { CLASS_LOGS, type OpenRound, OWN, openRound } from './pair-round.ts'

export interface PairOptions extends Omit<PlayersOptions, 'pack' | 'loss'> {
  readonly name: string
  /** What both players play for. */
  readonly loss: PairLoss
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
  loss: PairLoss,
  { generator, discriminator }: PairPlayers,
  pack: number,
): void {
  const wanted = packedShape(generator.outputs[mainOutput(where, generator)]!.shape, pack)
  checkTakes(where, PLAYER, wanted, discriminator.inputs[mainInput(where, discriminator)]!.shape)
  const judged = mainOutput(where, discriminator)
  checkOneNumber(where, PLAYER, discriminator.outputs[judged]!.shape, PROBABILITY)
  checkProbabilities(`${where}: the ${PLAYER}`, discriminator, judged)
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
  labelSmoothing: 0,
  ...loss.usual(example),
  ...given,
})

const COLORS = ['#785ef0', '#648fff', '#ffb000', '#009e73']

function logsOf({ logs }: PairLoss, namesClasses: boolean): Log[] {
  const extra = [...logs, ...(namesClasses ? CLASS_LOGS : [])].map(
    ({ name, label, format, phase = 'discriminator' }, i): Log => ({
      name: name === 'accuracy' ? 'discriminatorAccuracy' : name,
      label,
      axis: 'right',
      color: COLORS[i % COLORS.length]!,
      ...(format ? { format } : {}),
      value: (results) => results[phase]!.metrics![name]!,
    }),
  )
  return [
    {
      name: 'generatorLoss',
      label: 'generator loss',
      axis: 'left',
      color: '#dc267f',
      dash: 'dashDot',
      value: ({ generator }) => generator!.metrics?.[OWN] ?? generator!.loss,
    },
    {
      name: 'discriminatorLoss',
      label: 'discriminator loss',
      axis: 'left',
      color: '#fe6100',
      dash: 'dashDot',
      // Of both batches: the mean, as models without an objective of their own log it.
      value: ({ discriminator }) => mul(discriminator!.metrics?.[OWN] ?? discriminator!.loss, 0.5),
    },
    ...extra,
  ]
}

/** Those watches of a duel that know what this loss logs. */
function watchesOf({ believed, isProbability, logs }: PairLoss): Watch[] {
  const known = [
    ...(believed ? ['generatorLoss'] : []),
    ...(isProbability && logs.includes(ACCURACY) ? ['discriminatorAccuracy'] : []),
  ]
  return duelWatches({
    generatorLoss: 'generatorLoss',
    discriminatorAccuracy: 'discriminatorAccuracy',
  }).filter(({ metrics }) => metrics.every((metric) => known.includes(metric)))
}

/**
 * A generator and a discriminator that play for a loss. The discriminator learns from real examples and fakes made in training
 * mode, by one update for both, `discriminatorUpdates` times, each with a batch of its own; then the generator through the
 * discriminator as it now is. Where the networks are told classes, fakes are of those of the real batch.
 *
 * @throws ConfigError for networks that the loss does not take, and for classes that are not there; ShapeError for networks that do not
 *         fit together
 */
export function pairObjective(options: PairOptions): Objective {
  const { name, loss, latent, classes, pack = 1, ema, steps } = options
  const where = `${name}, objective ${loss.name}`
  const players = pairPlayers(name, { ...options, pack })
  const { generator, discriminator, reconstructor } = players
  checkPlayers(where, loss, players, pack)
  const settings = pairSettings(loss, outputOf(generator).shape, options.settings)
  const { beta1, beta2, discriminatorUpdates: repeats, finalRate } = settings
  const optimizerOf = (rate: number, updates: number) =>
    adam({
      learningRate: rateOver(rate, finalRate, steps === undefined ? undefined : steps * updates),
      beta1,
      beta2,
    })
  const discriminatorOptimizer = optimizerOf(settings.discriminatorRate, repeats)
  const z = mainInput(where, generator)
  const isTold = generator.inputs[LABEL] !== undefined
  const takesExamples = Object.keys(discriminator.inputs).length === 1
  const namesClasses = discriminator.outputs[CLASSES] !== undefined
  if (isTold && classes === undefined)
    throw new ConfigError(
      `${where}: the generator takes a label, so it must be said how many classes there are`,
    )
  const penaltyAt = (step: number): number =>
    steps === undefined ? settings.penalty : settings.penalty * falling(settings.finalPenalty, step / steps)
  const roundOf = (context: PhaseContext): OpenRound =>
    openRound(context, { loss, players, settings, latent, pack, discriminatorOptimizer, penaltyAt })
  const game = objective<string>({
    name,
    networks: { generator, discriminator, ...(reconstructor ? { reconstructor } : {}) },
    phases: [
      {
        name: 'discriminator',
        updates: ['discriminator'],
        optimizer: discriminatorOptimizer,
        repeats,
        loss(context) {
          const round = roundOf(context)
          return round.withClasses(loss.discriminator(round), ['real', 'fake'])
        },
      },
      {
        name: 'generator',
        updates: reconstructor ? ['generator', 'reconstructor'] : ['generator'],
        optimizer: optimizerOf(settings.learningRate, 1),
        loss(context) {
          const round = roundOf(context)
          return round.withClasses(loss.generator(round), ['fake'])
        },
      },
    ],
    logs: logsOf(loss, namesClasses),
    batches: 'replacement',
    offers: {
      generate: {
        network: 'generator',
        draws: {
          [z]: latent,
          ...(isTold ? { [LABEL]: { distribution: 'classes', count: classes! } as const } : {}),
        },
      },
      // Several examples at once, or with a class or a latent beside them, are nothing that can be asked about one.
      ...(loss.isProbability && pack === 1 && takesExamples && !namesClasses
        ? { judge: { network: 'discriminator' as const } }
        : {}),
    },
    watches: [...watchesOf(loss), collapseWatch()],
  })
  return ema === undefined ? game : averaged(game, { of: 'generator', decay: ema })
}
