// What objectives share that train an encoder without labels: views of images, how spread embeddings are, log, offer and watches.
import { augment, type Chosen } from '../augmentations/index.ts'
import { add, concat, div, mul, reduceMean, reduceSum, slice, sqrt, square, sub } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { NETWORK, type Network } from '../layers/network.ts'
import { inputOf, outputOf } from '../layers/use.ts'
import { OPTIMIZER, type Optimizer } from '../optimizers/optimizer.ts'
import { ANYTHING, checkArguments, type Kind, NAME } from '../util/arguments.ts'
import { ConfigError, ShapeError } from '../util/errors.ts'
import { formatShape, type Shape, sameShape } from '../util/shape.ts'
import { descentWatches, spreadWatch } from '../watches/index.ts'
import type { Log, Objective } from './objective.ts'
import { columnFor } from './offer.ts'
import type { PhaseContext } from './phase.ts'

export interface RepresentationOptions {
  readonly name: string
  /** From an image to the numbers by which it is known, `[n, size]`; named `encoder`. */
  readonly encoder: Network
  readonly optimizer: Optimizer
}

/** Of objectives that compare two views of every image. */
export interface ViewsOptions extends RepresentationOptions {
  /** How a view differs from its image, in this order. */
  readonly augmentations: readonly Chosen[]
}

/** The phase in which the encoder learns. */
export const LEARN = 'learn'

const VIEWS: Kind = {
  expected: 'a list of at least one augmentation, as policyOf reads it',
  is: (value) => Array.isArray(value) && value.length > 0,
}

/** What heads are called and expected to take. */
type Heads = Readonly<Record<string, Network>>

/**
 * Checks the arguments that such objectives share.
 *
 * @param others  further options, which are looked at afterwards
 * @returns how messages begin, the column that the encoder takes, and the shapes of an image and of an embedding
 * @throws ConfigError for options that are missing, unknown or of another kind; ShapeError for an encoder that gives no list of numbers
 */
export function checkRepresentation(
  factory: string,
  options: RepresentationOptions,
  {
    views = false,
    heads = [],
    others = [],
  }: { readonly views?: boolean; readonly heads?: readonly string[]; readonly others?: readonly string[] },
): { where: string; column: string; image: Shape; embedding: Shape } {
  checkArguments(factory, options, {
    name: NAME,
    encoder: NETWORK,
    optimizer: OPTIMIZER,
    ...(views ? { augmentations: VIEWS } : {}),
    ...Object.fromEntries(heads.map((head) => [head, NETWORK])),
    ...Object.fromEntries(others.map((other) => [other, ANYTHING])),
  })
  const where = `${factory} "${options.name}"`
  if (options.encoder.name !== 'encoder')
    throw new ConfigError(`${where}: the encoder must be named "encoder", got "${options.encoder.name}"`)
  const { shape: embedding } = outputOf(options.encoder)
  if (embedding.length !== 1)
    throw new ShapeError(
      `${where}: the encoder must end in a list of numbers, such as [128], got ${formatShape(embedding)}; end it with flatten()`,
    )
  return { where, column: columnFor(options.encoder), image: inputOf(options.encoder).shape, embedding }
}

/** @throws ShapeError unless each head takes what the one before it gives, the first an embedding */
export function checkHeads(where: string, embedding: Shape, heads: Heads): void {
  let given = embedding
  for (const [name, head] of Object.entries(heads)) {
    const { shape } = inputOf(head)
    if (!sameShape(shape, given))
      throw new ShapeError(
        `${where}: the ${name} must take what comes before it, ${formatShape(given)}, but takes ${formatShape(shape)}`,
      )
    given = outputOf(head).shape
  }
}

/** Two views of every image: first one of each, then another of each, `[2 n, ...]`. They are drawn when it is validated as well. */
export const twoViews = (
  { data, random }: Pick<PhaseContext, 'data' | 'random'>,
  column: string,
  augmentations: readonly Chosen[],
): Value => {
  const images = data[column]!
  return augment(concat([images, images], 0), augmentations, { random })
}

/** The first and the second half of the rows. */
export function halves(both: Value): [Value, Value] {
  const rows = both.shape[0]!
  const part = (start: number) => slice(both, [{ axis: 0, start, end: start + rows / 2 }])
  return [part(0), part(rows / 2)]
}

/** Rows of length 1. @param rows  [n, size] */
export const normalized = (rows: Value): Value =>
  div(rows, sqrt(add(reduceSum(square(rows), { axes: [1], keepdims: true }), 1e-12)))

/**
 * How spread directions are: the root of their variance, summed over numbers. 1 where they cancel out, 0 where all are the same.
 *
 * Of objectives that compare views it is that of what they compare: batch normalization in a head brings apart again what the encoder
 * gives with a large common part.
 *
 * @param embeddings  [n, size]
 * @returns scalar
 * @source Chen & He 2021, arXiv:2011.10566, section 4.1, look at the same deviation, number by number
 */
export function spreadOf(embeddings: Value): Value {
  const directions = normalized(embeddings)
  const mean = reduceMean(directions, { axes: [0], keepdims: true })
  return sqrt(add(mul(reduceSum(square(sub(directions, mean))), 1 / embeddings.shape[0]!), 1e-12))
}

/** A number of the log that the one phase gives, or its loss. */
export const learned = (info: Omit<Log, 'value'>): Log => ({
  ...info,
  value: (results) => (info.name === 'loss' ? results[LEARN]!.loss : results[LEARN]!.metrics![info.name]!),
})

export const LOSS = learned({ name: 'loss', label: 'loss', axis: 'left', color: '#dc267f' })
export const SPREAD = learned({
  name: 'spread',
  label: 'spread',
  axis: 'right',
  color: '#785ef0',
  dash: 'dashDot',
})

/** What any of them offers and is watched for; `chance`: the loss of one who knows nothing, where it is known. */
export const representing = ({
  compares = false,
  chance,
}: {
  /** Whether views are compared, so that giving the same for all could be best. */
  readonly compares?: boolean
  readonly chance?: number
} = {}): Pick<Objective<'encoder'>, 'offers' | 'watches'> => ({
  offers: {
    represent: { network: 'encoder', meaning: 'the numbers by which an image is known' },
  },
  watches: [
    ...(chance === undefined ? [] : descentWatches({ loss: 'loss', chance })),
    ...(compares ? [spreadWatch('spread')] : []),
  ],
})
