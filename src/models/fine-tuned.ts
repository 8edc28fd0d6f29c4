// Classifiers on what another training has learned: its features, with one layer of logits on top.
import { z } from 'zod'
import {
  chained,
  dense,
  featuresAt,
  flatten,
  frozenNetwork,
  lastLearned,
  type Network,
  sequential,
} from '../layers/index.ts'
import { classification } from '../objectives/classification.ts'
import type { Objective } from '../objectives/objective.ts'
import { offeredBy } from '../objectives/offer.ts'
import { adam } from '../optimizers/index.ts'
import { ConfigError } from '../util/errors.ts'
import { nearestName } from '../util/nearest-name.ts'
import { formatShape, type Shape, sameShape } from '../util/shape.ts'
import { augmentOption, settledAugment, withAugment } from './augment-option.ts'
import { cosineAdamOptions, cosineRate } from './cosine.ts'
import { imageModel, type ModelDefinition } from './model.ts'

/** Where the features begin. */
export const ORIGINS = ['run', 'scratch', 'random', 'pixels'] as const
export type OriginKind = (typeof ORIGINS)[number]

/** What a fine-tuning can be told beside what all trainings can. */
export const fineTuneOptions = z.object({
  from: z
    .enum(ORIGINS)
    .default('run')
    .describe(
      "the features: the run's, or for comparison those of the same network trained from scratch, of the same network with random weights that stay, or the pixels themselves",
    ),
  train: z
    .enum(['head', 'all'])
    .optional()
    .describe(
      'what learns: only the layer of logits, or the features as well; of "--from run" either (default: all), of scratch all, of random and pixels the head',
    ),
  network: z.string().min(1).optional().meta({
    title: 'name',
    description:
      'network of the run whose features are taken (default: the one that judges, encodes or names images)',
  }),
  layer: z.string().min(1).optional().meta({
    title: 'name',
    description:
      'layer whose input is taken as the features, or the output of the network (default: what an encoder gives that was trained for it, else what goes into the last layer that has weights)',
  }),
  ...cosineAdamOptions,
  augment: augmentOption,
})
type Options = z.output<typeof fineTuneOptions>

/** Those of the settings of training, whatever the run. */
export const FINE_TUNE_DEFAULTS = {
  steps: 2000,
  batchSize: 64,
  sampleEvery: 0,
  checkpointEvery: 250,
  validateEvery: 250,
} as const

/** What learns by where the features are from; the first unless told. */
const TRAINED: Readonly<Record<OriginKind, readonly ('head' | 'all')[]>> = {
  run: ['all', 'head'],
  scratch: ['all'],
  random: ['head'],
  pixels: ['head'],
}

/** What may give features of an example, by what it is offered for. */
const ROLES = ['represent', 'judge', 'encode', 'classify']

/** A run's model, as far as it is built upon. */
export interface Base {
  /** Its name, such as `dcgan`. */
  readonly model: string
  readonly objective: Objective
  /** The images it learned, `[height, width, channels]`. */
  readonly imageShape: Shape
}

/** @throws ConfigError when no network is named and none, or several, may be meant */
function featureNetwork({ model, objective, imageShape }: Base, wanted: string | undefined): Network {
  const networks: Readonly<Record<string, Network>> = objective.networks
  const names = Object.keys(networks)
  if (wanted !== undefined) {
    if (Object.hasOwn(networks, wanted)) return networks[wanted]!
    const near = nearestName(wanted, names)
    throw new ConfigError(
      `--network: ${model} has no network "${wanted}"${near ? `; did you mean "${near}"?` : '.'} It has ${names.join(', ')}`,
    )
  }
  for (const role of ROLES) {
    const found = offeredBy(objective, role)
    if (found) return found.of
  }
  const looking = Object.values(networks).filter(({ inputs }) =>
    Object.values(inputs).some(({ shape }) => sameShape(shape, imageShape)),
  )
  if (looking.length === 1) return looking[0]!
  throw new ConfigError(
    looking.length === 0
      ? `no network of ${model} takes images ${formatShape(imageShape)}, so it has no features of them: its networks are ${names.join(', ')}. Only "--from pixels" needs none`
      : `${model} has several networks that take images (${looking.map(({ name }) => name).join(', ')}); say by --network whose features are meant`,
  )
}

/** A network, the layer whose input are the features, and the part of the network that gives them. */
export interface FeatureSource {
  readonly network: Network
  readonly layer: string
  readonly features: Network
}

/**
 * Where a run's features are found.
 *
 * @throws ConfigError when there is no such network or layer, or its input depends on more than an image
 */
export function featureSource(
  base: Base,
  { network: wanted, layer }: Pick<Options, 'network' | 'layer'>,
): FeatureSource {
  const network = featureNetwork(base, wanted)
  const represent = offeredBy(base.objective, 'represent')
  // What was trained for its features gives them; of others they are what goes into the last layer.
  const last = layer ?? (represent?.of === network ? represent.output.name : lastLearned(network))
  if (last === undefined)
    throw new ConfigError(
      `the network "${network.name}" of ${base.model} has no weights, so it has learned no features`,
    )
  const features = featuresAt(network, last)
  const { inputs } = features
  const taken = Object.values(inputs)
  if (taken.length !== 1 || !sameShape(taken[0]!.shape, base.imageShape))
    throw new ConfigError(
      `what goes into "${last}" of the network "${network.name}" depends on ${Object.keys(inputs).join(' and ')}, and features must depend on an image ${formatShape(base.imageShape)} alone; name another --layer (${network.rows.map(({ name }) => name).join(', ')}) or --network`,
    )
  return { network, layer: last, features }
}

/** The one network of a fine-tuned model. */
const CLASSIFIER = 'classifier'

/** What a weight of the run is called in the classifier. */
export const tunedName = ({ network }: FeatureSource, weight: string): string =>
  CLASSIFIER + weight.slice(network.name.length)

function classifierOn(
  source: FeatureSource | undefined,
  isFrozen: boolean,
  imageShape: Shape,
  classes: number,
): Network {
  if (!source)
    return sequential({ name: CLASSIFIER, input: { images: imageShape }, output: 'logits' }, [
      flatten(),
      dense({ units: classes, name: 'logits' }),
    ])
  const { features } = source
  const { shape } = features.outputs.features!
  const taken = new Set(features.rows.map(({ name }) => name))
  const free = (name: string): string => (taken.has(name) ? free(`head-${name}`) : name)
  const head = sequential({ name: CLASSIFIER, input: { features: shape }, output: 'logits' }, [
    ...(shape.length === 1 ? [] : [flatten({ name: free('flatten') })]),
    dense({ units: classes, name: free('logits') }),
  ])
  return chained(CLASSIFIER, isFrozen ? frozenNetwork(features) : features, head)
}

/**
 * A classifier that begins with the features of a run: what goes into one layer of its discriminator, encoder or classifier,
 * flattened, and one dense layer of logits. With `train: 'head'` the features stand still, in inference mode: a linear probe.
 *
 * For comparison `from` leaves the run's weights out: `scratch` trains the same network from fresh weights, `random` keeps fresh
 * ones, `pixels` has no features at all.
 *
 * @source Radford et al. 2015, arXiv:1511.06434, section 5.1, classify by features of a discriminator
 */
export const fineTunedModel = (base: Base): ModelDefinition =>
  imageModel({
    name: `finetune-${base.model}`,
    description: `a classifier on the features of a ${base.model}`,
    defaults: {
      ...FINE_TUNE_DEFAULTS,
      imageSize: base.imageShape.slice(0, 2).join('x'),
    },
    imageShape: base.imageShape,
    classes: 10,
    options: fineTuneOptions,
    settle({ from, train, network, layer, augment, ...others }) {
      const rest = { ...others, ...settledAugment(augment) }
      const [usual] = TRAINED[from]
      if (train && !TRAINED[from].includes(train))
        throw new ConfigError(
          `--train ${train} does not go with --from ${from}, where ${usual === 'all' ? 'everything' : 'only the head'} learns; leave it out`,
        )
      if (from === 'pixels') {
        if (network ?? layer)
          throw new ConfigError('--from pixels takes no features; leave --network and --layer out')
        return { from, train: usual, ...rest }
      }
      const found = featureSource(base, { network, layer })
      return { from, train: train ?? usual, network: found.network.name, layer: found.layer, ...rest }
    },
    objective({ from, train, network, layer, learningRate, beta1, augment }, imageShape, { classes, steps }) {
      if (classes === undefined)
        throw new ConfigError('finetune learns labels, and the data has none; use labelled data')
      if (!sameShape(imageShape, base.imageShape))
        throw new ConfigError(
          `the ${base.model} learned images ${formatShape(base.imageShape)}, the data has ${formatShape(imageShape)}; give --image-size and --channels so that they agree`,
        )
      const source = from === 'pixels' ? undefined : featureSource(base, { network, layer })
      const isFrozen = (train ?? TRAINED[from][0]) === 'head'
      const tuned = classification({
        name: `finetune-${base.model}`,
        classifier: classifierOn(source, isFrozen, imageShape, classes),
        optimizer: adam({ learningRate: cosineRate(learningRate, steps), beta1 }),
      })
      return withAugment(tuned, augment)
    },
  })
