// Measures samples against one data set: the real images are read once, for any number of runs, steps and draws.
import { type Dataset, fillImages } from '../data/index.ts'
import {
  CONDITIONAL,
  type ConditionalAccuracy,
  likeliest,
  type Measured,
  type MeasureGroup,
  type MeasureInfo,
  type MeasureSide,
  type NearestTraining,
  nearestTraining,
  neighbourhoods,
  PANEL,
  type Samples,
  takeMeasures,
} from '../metrics/index.ts'
import { COPY_SAMPLES, firstOf } from '../metrics/panel.ts'
import type { Engine } from '../runtime/engine.ts'
import { ConfigError, DataError } from '../util/errors.ts'
import { formatCount } from '../util/format.ts'
import { randomStream } from '../util/random.ts'
import type { Extractor } from './extractor.ts'

export interface EvaluatorOptions {
  /** Samples of a draw, and real images that they are held against; default 10,000, or all held-out images if fewer. */
  readonly count?: number | undefined
  /** Names what is drawn at random; default 1. */
  readonly seed?: number | undefined
  /** What is measured; default everything. */
  readonly groups?: readonly MeasureGroup[]
}

/** A measure with what was found in one draw. */
export type FoundMeasure = MeasureInfo & { readonly result: Measured }

/** What one draw of samples gave. */
export interface DrawFound {
  readonly measures: readonly FoundMeasure[]
  /** Share of the samples in each class, as the extractor sees them. */
  readonly shares: readonly number[]
  /** Of each class: samples that were asked to be of it, and how many of them are named so; absent where nobody asked. */
  readonly conditional?: Pick<ConditionalAccuracy, 'asked' | 'right'> | undefined
}

/** What the measure of conditional samples counted, among measures. */
export const conditionalIn = (measures: readonly FoundMeasure[]): DrawFound['conditional'] =>
  measures.find(({ name }) => name === CONDITIONAL.name)?.result as ConditionalAccuracy | undefined

export interface Evaluator {
  /** Absent where nothing is classified. */
  readonly extractor?: Extractor['record'] | undefined
  readonly classes: readonly string[]
  /** Samples of a draw. */
  readonly count: number
  readonly seed: number
  /** What samples are compared with, in words, and its hash. */
  readonly reference: { readonly words: string; readonly hash: string }
  /** Shares of the real images, as the extractor sees them. */
  readonly realShares: readonly number[]
  /**
   * Measures `count` samples [count, height, width, channels] in [0, 1].
   *
   * @param asked  the class that each was asked to be [count], of a conditional generator
   */
  measure(samples: Float32Array, asked?: ArrayLike<number>): Promise<DrawFound>
  /** The same of as many training images, another choice for each draw: the best that a generator could get. */
  floor(draw: number): Promise<DrawFound>
}

const COUNT = 10_000

function checkSplits(train: Dataset, test: Dataset | undefined, count: number | undefined): Dataset {
  if (!test)
    throw new DataError(
      `${train.name} has no held-out images, which samples are measured against: keep a part of it aside (see the README on folders)`,
    )
  if (count !== undefined && count > test.count)
    throw new ConfigError(
      `--count ${count}: ${train.name} has ${test.count} held-out images, and samples are measured against as many real ones; ask for at most ${test.count}`,
    )
  return test
}

/**
 * Gets ready to measure samples of a data set.
 *
 * @throws DataError when nothing of the data was held out; ConfigError for more samples than held-out images
 */
export async function openEvaluator(
  engine: Engine,
  extractor: Extractor,
  { train, test: heldOut }: { readonly train: Dataset; readonly test?: Dataset | undefined },
  options: EvaluatorOptions = {},
): Promise<Evaluator> {
  const test = checkSplits(train, heldOut, options.count)
  const { count = Math.min(COUNT, test.count), seed = 1, groups = PANEL } = options
  const { features } = extractor.record
  if (count <= features)
    throw new ConfigError(
      `${count} samples are too few: a Gaussian of the extractor's ${features} features needs at least ${features + 1}; ` +
        (test.count > features
          ? 'ask for a larger --count'
          : `${test.name} has ${test.count} held-out images`),
    )
  const shape = [count, train.height, train.width, train.channels]

  const imagesOf = (dataset: Dataset, indices: Uint32Array): Samples => {
    const data = new Float32Array(indices.length * (dataset.images.length / dataset.count))
    fillImages(dataset, indices, data)
    return { data, shape: [indices.length, ...shape.slice(1)] }
  }
  const chosen = (dataset: Dataset, purpose: string, draw: number): Uint32Array =>
    count === dataset.count
      ? Uint32Array.from({ length: count }, (_, i) => i)
      : Uint32Array.from(randomStream(seed, purpose, draw).permutation(dataset.count).subarray(0, count))
  const sideOf = async (images: Samples): Promise<MeasureSide> => ({
    images,
    ...(await extractor.read(images.data)),
  })
  const sharesOf = ({ probabilities }: MeasureSide): number[] => {
    const shares = new Array<number>(extractor.classes.length).fill(0)
    for (const label of likeliest(probabilities)) shares[label]! += 1 / count
    return shares
  }

  const plain = await sideOf(imagesOf(test, chosen(test, 'evaluate/real', 0)))
  const real = { ...plain, features: await neighbourhoods(engine, plain.features) }
  const copying = groups.some(({ measures }) => measures.some(({ name }) => name === 'memorisation'))
  let copies: { train: Samples; heldOut: NearestTraining } | undefined
  const whole = async (): Promise<typeof copies> => {
    if (!copying) return undefined
    const images = imagesOf(
      train,
      Uint32Array.from({ length: train.count }, (_, i) => i),
    )
    return {
      train: images,
      heldOut: await nearestTraining(engine, images, firstOf(real.images, COPY_SAMPLES)),
    }
  }
  return {
    extractor: extractor.record,
    classes: extractor.classes,
    count,
    seed,
    reference: {
      words: `${count === test.count ? 'all' : `${formatCount(count)} of the`} ${formatCount(test.count)} held-out images of ${train.name}`,
      hash: test.hash,
    },
    realShares: sharesOf(real),
    async measure(samples, asked) {
      copies ??= await whole()
      const fake = { ...(await sideOf({ data: samples, shape })), asked }
      const measures = await takeMeasures(engine, { real, fake, ...(copies ? { copies } : {}) }, groups)
      return { measures, shares: sharesOf(fake), conditional: conditionalIn(measures) }
    },
    async floor(draw) {
      const indices = chosen(train, 'evaluate/floor', draw)
      const { labels } = train
      const fake = {
        ...(await sideOf(imagesOf(train, indices))),
        asked: labels && Array.from(indices, (index) => labels[index]!),
      }
      return { measures: await takeMeasures(engine, { real, fake }, groups), shares: sharesOf(fake) }
    },
  }
}
