// The classifier: a small CNN that learns the labels of images, whose last hidden layer gives the features of measures.
import { z } from 'zod'
import { conv2D, dense, dropout, flatten } from '../layers/index.ts'
import { type Network, sequential } from '../layers/network.ts'
import {
  adversarial,
  type ClassificationOptions,
  classification,
  fastAdversarial,
  freeAdversarial,
  noisyClassification,
  type Objective,
  trades,
} from '../objectives/index.ts'
import { adam } from '../optimizers/index.ts'
import { ConfigError } from '../util/errors.ts'
import { flagOf } from '../util/flag.ts'
import { checkNames, checkNumber } from '../util/options.ts'
import type { Shape } from '../util/shape.ts'
import { checkImageShape } from './image-shape.ts'
import { imageModel } from './model.ts'

export interface ClassifierNetworkOptions {
  /** Height, width and channels of an image; default 28 x 28 x 1. */
  readonly imageShape?: Shape
  /** Default 10; at least 2. */
  readonly classes?: number
  /** Share of the features dropped in training; half as much of the maps before them. Default 0.5. */
  readonly dropout?: number
}

/** Both convolutions have a 5x5 kernel and halve the size of images, which is much quicker than pooling. */
const sliding = { kernelSize: 5, strides: 2, padding: 'same', activation: 'relu' } as const

/** The layer whose output is the features. */
export const FEATURES_LAYER = 'features'

/**
 * Images [n, height, width, channels] to logits [n, classes]. The layer `features` before the last gives 128 numbers,
 * none negative. 454,922 parameters by default.
 */
export function classifierNetwork(options: ClassifierNetworkOptions = {}): Network {
  const where = 'classifierNetwork'
  checkNames(where, options, ['imageShape', 'classes', 'dropout'])
  const imageShape = checkImageShape(where, options.imageShape ?? [28, 28, 1])
  const classes = checkNumber(where, 'classes', options.classes ?? 10, { integer: true, atLeast: 2 })
  const rate = checkNumber(where, 'dropout', options.dropout ?? 0.5, { atLeast: 0, below: 1 })
  return sequential({ name: 'classifier', input: { images: imageShape }, output: 'logits' }, [
    conv2D({ ...sliding, filters: 32 }), // [n, 14, 14, 32]
    conv2D({ ...sliding, filters: 64 }), // [n, 7, 7, 64]
    flatten(),
    dropout({ rate: rate / 2 }),
    dense({ units: 128, activation: 'relu', name: FEATURES_LAYER }),
    dropout({ rate }),
    dense({ units: classes, name: 'logits' }),
  ])
}

/** From `peak` at the first update along half a cosine to a hundredth of it after `steps`. */
const cosine = (peak: number, steps: number) =>
  function cosineDecay(updatesBefore: number): number {
    const done = Math.min(1, updatesBefore / steps)
    return peak * (0.01 + 0.99 * 0.5 * (1 + Math.cos(Math.PI * done)))
  }

/** The share of the training in which the attacker's reach grows: at full reach from the start nothing may be learned for long. */
const WARMUP = 0.1

const share = z.number().min(0).lt(1)

const options = z.object({
  dropout: share
    .optional()
    .describe(
      'share of the features dropped in training; half as much of the maps before them (default: 0.5; none with --adversarial)',
    ),
  learningRate: z
    .number()
    .positive()
    .default(1e-3)
    .describe('learning rate of Adam at the start; it falls along a cosine to a hundredth at the last step'),
  beta1: z.number().min(0).lt(1).default(0.9).describe("Adam's share of the mean gradient kept"),
  adversarial: z
    .enum(['pgd', 'trades', 'free', 'fast'])
    .optional()
    .describe(
      'learn images that an attacker changed: pgd (Madry 2018), trades (Zhang 2019), free (Shafahi 2019), fast (Wong 2020) (default: images as they are)',
    ),
  eps: z
    .number()
    .positive()
    .max(1)
    .optional()
    .describe(
      'with --adversarial: how far the attacker may move any pixel, images being in [0, 1] (default: 0.3)',
    ),
  attackSteps: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe(
      'with --adversarial pgd and trades: gradients of the attacker; with free: those of validation (default: 10)',
    ),
  stepSize: z
    .number()
    .positive()
    .optional()
    .describe(
      'with --adversarial pgd, trades and fast: how far a pixel moves by one of them (default: 2.5 eps / attack steps; fast 1.25 eps)',
    ),
  beta: z
    .number()
    .min(0)
    .optional()
    .describe('with --adversarial trades: weight of staying the same under attack (default: 1)'),
  replays: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe('with --adversarial free: updates on one batch (default: 8)'),
  noise: z
    .number()
    .positive()
    .optional()
    .describe(
      'learn images with normal noise of this deviation, for randomized smoothing, such as 0.5 (default: none)',
    ),
})
type Options = z.output<typeof options>

/** What each way of training under attack takes. */
const TAKES = {
  pgd: ['eps', 'attackSteps', 'stepSize'],
  trades: ['eps', 'attackSteps', 'stepSize', 'beta'],
  free: ['eps', 'attackSteps', 'replays'],
  fast: ['eps', 'stepSize'],
} as const satisfies Record<NonNullable<Options['adversarial']>, readonly (keyof Options)[]>
const ATTACK_OPTIONS = ['eps', 'attackSteps', 'stepSize', 'beta', 'replays'] as const

/** Defaults that depend on the way of training. @throws ConfigError for options that do not go with it */
function settle({
  dropout: rate,
  learningRate,
  beta1,
  adversarial: kind,
  noise,
  ...attack
}: Options): Options {
  if (kind && noise !== undefined)
    throw new ConfigError('classifier: --adversarial and --noise are two ways of training; give one of them')
  const taken: readonly (keyof Options)[] = kind ? TAKES[kind] : []
  for (const name of ATTACK_OPTIONS)
    if (attack[name] !== undefined && !taken.includes(name)) {
      const kinds = Object.entries(TAKES).flatMap(([key, names]) =>
        (names as readonly string[]).includes(name) ? [key] : [],
      )
      throw new ConfigError(
        `classifier: ${flagOf(name)} is for --adversarial ${kinds.join(', ')}, got ${kind ? `--adversarial ${kind}` : 'none'}; leave one of them out`,
      )
    }
  const plain = { dropout: rate ?? (kind ? 0 : 0.5), learningRate, beta1 }
  if (!kind) return noise === undefined ? plain : { ...plain, noise }
  const { eps = 0.3, attackSteps = 10, beta = 1, replays = 8 } = attack
  const { stepSize = kind === 'fast' ? 1.25 * eps : (2.5 * eps) / attackSteps } = attack
  const settled = { eps, attackSteps, stepSize, beta, replays }
  return {
    ...plain,
    adversarial: kind,
    ...Object.fromEntries(taken.map((name) => [name, settled[name as 'eps']])),
  }
}

/** The objective for a way of training. */
function objectiveFor(
  { adversarial: kind, noise, eps, attackSteps, stepSize, beta, replays }: Options,
  common: ClassificationOptions,
  warmup: number,
): Objective<'classifier'> {
  const given = <T extends object>(values: T): { [K in keyof T]: NonNullable<T[K]> } =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
  switch (kind) {
    case 'pgd':
      return adversarial({ ...common, ...given({ eps, attackSteps, stepSize }), warmup })
    case 'trades':
      return trades({ ...common, ...given({ eps, attackSteps, stepSize, beta }), warmup })
    case 'free':
      return freeAdversarial({ ...common, ...given({ eps, attackSteps, replays }) })
    case 'fast':
      return fastAdversarial({ ...common, ...given({ eps, stepSize }), warmup })
    default:
      return noise === undefined ? classification(common) : noisyClassification({ ...common, noise })
  }
}

/** Our own: 10 passes over 60,000 images, 469 batches each. */
export const classifier = imageModel({
  name: 'classifier',
  description:
    'a small CNN that learns the labels of images, under attack or noise where asked; its features are those of the measures',
  defaults: { steps: 4690, batchSize: 128, sampleEvery: 0, checkpointEvery: 469, validateEvery: 469 },
  imageShape: [28, 28, 1],
  classes: 10,
  options,
  settle,
  objective: (given, imageShape, { classes, steps }) => {
    if (classes === undefined)
      throw new ConfigError('classifier: the number of classes is not known; give it as `classes`')
    const settled = settle(given)
    const { dropout: rate, learningRate, beta1, replays = 1 } = settled
    return objectiveFor(
      settled,
      {
        name: 'classifier',
        classifier: classifierNetwork({ imageShape, classes, dropout: rate! }),
        optimizer: adam({
          learningRate: steps === undefined ? learningRate : cosine(learningRate, steps * replays),
          beta1,
        }),
      },
      Math.floor(WARMUP * (steps ?? 0)),
    )
  },
})
