// Improved GAN with feature matching: a classifier of few labels that also learns from images without, and from those of a generator.
import {
  add,
  logSoftmax,
  mul,
  reduceMean,
  reduceSum,
  reshape,
  slice,
  softplus,
  square,
  sub,
} from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { before } from '../layers/before.ts'
import { copyOf } from '../layers/copy.ts'
import type { RandomSource } from '../layers/layer.ts'
import { NETWORK, type Network } from '../layers/network.ts'
import type { NamedValues } from '../layers/ports.ts'
import { inputOf, outputOf } from '../layers/use.ts'
import { sparseCategoricalAccuracy, sparseCategoricalCrossentropy } from '../losses/index.ts'
import { OPTIMIZER, type Optimizer } from '../optimizers/optimizer.ts'
import { ANYTHING, checkArguments, NAME } from '../util/arguments.ts'
import { ShapeError } from '../util/errors.ts'
import { checkNumber } from '../util/options.ts'
import { formatShape, sizeOf } from '../util/shape.ts'
import { collapseWatch, descentWatches } from '../watches/index.ts'
import { movingAverage } from './averaged.ts'
import { checkTakes } from './duel.ts'
import { type Objective, objective } from './objective.ts'
import { columnFor, drawLatent, type LatentDistribution } from './offer.ts'
import type { PhaseContext, PhaseResult } from './phase.ts'
import { unlabelledImages } from './unlabelled-images.ts'

export interface FeatureMatchingOptions {
  readonly name: string
  /** From a latent to an image; named `generator`. */
  readonly generator: Network
  /** From an image to one logit per class; named `discriminator`. */
  readonly discriminator: Network
  /** The layer of the discriminator whose input is matched, e.g. the noise before its last layer. */
  readonly matched: string
  readonly generatorOptimizer: Optimizer
  readonly discriminatorOptimizer: Optimizer
  /** What latents are drawn from; default uniform in [0, 1). */
  readonly latent?: LatentDistribution
  /** Weight of the loss of unlabelled and made images; default 1. */
  readonly unlabelledWeight?: number
  /** Share of the averaged weights that is kept at each step, from the first on rising to it; default 0.9999. */
  readonly decay?: number
  /** Examples by which the weights of the discriminator begin; default: they begin as its layers say. */
  readonly beginsOn?: number
}

type Names = 'generator' | 'discriminator' | 'averaged'

/** log of the summed exponentials of each row: [n, classes] to [n]. */
export const logSumExp = (logits: Value): Value => {
  // A logit less its log-softmax is that for every class; the first will do.
  const first = (x: Value): Value => slice(x, [{ axis: 1, start: 0, end: 1 }])
  return reshape(sub(first(logits), first(logSoftmax(logits))), [logits.shape[0]!])
}

/**
 * The loss of images without labels: real ones are to be of any class, made ones of none, where "none" is a class whose logit is 0.
 *
 * @param real  logits of unlabelled images [n, classes]
 * @param made  logits of the generator's
 * @returns scalar: the mean of both cross-entropies
 */
export function anyOrNone(real: Value, made: Value): Value {
  const [any, none] = [logSumExp(real), logSumExp(made)]
  const ofReal = sub(reduceMean(softplus(any)), reduceMean(any))
  return mul(add(ofReal, reduceMean(softplus(none))), 0.5)
}

/** As the moving average of TensorFlow: of few steps the mean weighs those just made more, so that it does not begin with fresh weights. */
const keptAt =
  (decay: number) =>
  (step: number): number =>
    Math.min(decay, (1 + step) / (10 + step))

const found =
  (phase: string, metric?: string) =>
  (results: Readonly<Record<string, PhaseResult>>): Value =>
    metric === undefined ? results[phase]!.loss : results[phase]!.metrics![metric]!

/**
 * The discriminator learns the labels of a few images, that all others are of some class, and that the generator's are of none. The generator
 * makes the mean features of its images those of real ones. What classifies is an average of the discriminator, in inference mode.
 * The data has a column `unlabelled` of two images beside each labelled one, one for each player; in validation the held-out images
 * stand in for them, and `accuracy` is that of the average there.
 *
 * @throws ConfigError for options that are missing, unknown or out of range; ShapeError for networks that do not fit together
 * @source Salimans et al. 2016, arXiv:1606.03498, sections 3.1 and 5
 */
export function featureMatching(options: FeatureMatchingOptions): Objective<Names> {
  checkArguments('featureMatching', options, {
    name: NAME,
    generator: NETWORK,
    discriminator: NETWORK,
    matched: NAME,
    generatorOptimizer: OPTIMIZER,
    discriminatorOptimizer: OPTIMIZER,
    latent: ANYTHING,
    unlabelledWeight: ANYTHING,
    decay: ANYTHING,
    beginsOn: ANYTHING,
  })
  const { name, generator, discriminator, matched, generatorOptimizer, discriminatorOptimizer, beginsOn } =
    options
  const { latent = { distribution: 'uniform', low: 0, high: 1 } } = options
  const where = `featureMatching "${name}"`
  const weight = checkNumber(where, 'unlabelledWeight', options.unlabelledWeight ?? 1, { atLeast: 0 })
  const decay = checkNumber(where, 'decay', options.decay ?? 0.9999, { atLeast: 0, below: 1 })
  const { shape: image } = inputOf(discriminator)
  const { shape: logits } = outputOf(discriminator)
  checkTakes(where, 'discriminator', outputOf(generator).shape, image)
  if (logits.length !== 1)
    throw new ShapeError(
      `${where}: the discriminator must end in one logit per class, such as [10], got ${formatShape(logits)}; end it with dense({ units: 10 })`,
    )
  const features = before(discriminator, matched)
  const column = columnFor(discriminator)
  const z = inputOf(generator)

  /** Unlabelled images of one of the players. */
  const unlabelled = (context: PhaseContext<Names>, player: number): Value =>
    unlabelledImages(context, { column, image, from: player, to: player + 1 })
  const make = ({ batchSize, random, networks }: PhaseContext<Names>): Value =>
    networks.generator(drawLatent(random, latent, [batchSize, ...z.shape]))
  /** Mean features of images, by the discriminator as it is now. */
  const meanFeatures = (
    images: Value,
    { weights, training, random }: { weights: NamedValues; training: boolean; random: RandomSource },
  ): Value => {
    const { outputs } = features.call({
      inputs: { [inputOf(discriminator).name]: images },
      weights: Object.fromEntries(
        Object.entries(weights).map(([local, value]) => [`${discriminator.name}/${local}`, value]),
      ),
      training,
      random,
    })
    return reduceMean(outputs.features!, { axes: [0] })
  }
  return objective<Names>({
    name,
    networks: { generator, discriminator, averaged: copyOf(discriminator, 'averaged') },
    ...(beginsOn === undefined ? {} : { beginsOn: { discriminator: beginsOn } }),
    phases: [
      {
        name: 'discriminator',
        updates: ['discriminator'],
        optimizer: discriminatorOptimizer,
        loss(context) {
          const { training, data, networks } = context
          const { [column]: images, labels } = data
          const judge = networks.discriminator
          const named = judge(images!)
          const supervised = sparseCategoricalCrossentropy(named, labels!)
          const others = anyOrNone(judge(unlabelled(context, 0)), judge(make(context)))
          const answers = training ? named : networks.averaged.inference(images!)
          return {
            loss: add(supervised, mul(others, weight)),
            metrics: {
              supervised,
              unlabelled: others,
              accuracy: sparseCategoricalAccuracy(answers, labels!),
            },
          }
        },
      },
      {
        name: 'generator',
        updates: ['generator'],
        optimizer: generatorOptimizer,
        loss(context) {
          const { training, random, networks } = context
          const by = { weights: networks.discriminator.weights, training, random }
          const [made, real] = [make(context), unlabelled(context, 1)].map((images) =>
            meanFeatures(images, by),
          )
          return { loss: mul(reduceSum(square(sub(made!, real!))), 1 / sizeOf(made!.shape)) }
        },
      },
      {
        name: 'average',
        assign: ({ networks, scheduled }) => ({
          averaged: movingAverage(
            networks.averaged.weights,
            networks.discriminator.weights,
            scheduled('decay', keptAt(decay)),
          ),
        }),
      },
    ],
    logs: [
      {
        name: 'loss',
        label: 'cross-entropy of labels',
        axis: 'left',
        color: '#fe6100',
        value: found('discriminator', 'supervised'),
      },
      {
        name: 'unlabelledLoss',
        label: 'loss without labels',
        axis: 'left',
        color: '#ffb000',
        dash: 'dashed',
        value: found('discriminator', 'unlabelled'),
      },
      {
        name: 'generatorLoss',
        label: 'distance of mean features',
        axis: 'left',
        color: '#dc267f',
        dash: 'dashDot',
        value: found('generator'),
      },
      {
        name: 'accuracy',
        label: 'accuracy',
        axis: 'right',
        color: '#785ef0',
        format: 'percent',
        value: found('discriminator', 'accuracy'),
      },
    ],
    offers: {
      generate: { network: 'generator', draws: { [z.name]: latent } },
      classify: { network: 'averaged' },
    },
    watches: [...descentWatches({ loss: 'loss', chance: Math.log(sizeOf(logits)) }), collapseWatch()],
    pictures: [{ kind: 'confusion-matrix' }],
  })
}
