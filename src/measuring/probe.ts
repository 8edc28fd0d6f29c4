// What features of images are worth where labels are few: a linear probe and a vote of neighbours, over several draws of labels.
import { fillImages } from '../data/batches.ts'
import { imageInputs } from '../data/examples.ts'
import type { Dataset } from '../data/index.ts'
import { labelledPart, labelledPlaces, pickedPart } from '../data/labelled-part.ts'
import { inputOf, type Network, outputOf } from '../layers/index.ts'
import { linearProbe, type MeasureEngine, nearestLabels, type Samples } from '../metrics/index.ts'
import { applyFunction, type Weights } from '../training/functions.ts'
import { DataError } from '../util/errors.ts'
import { SHARES } from '../util/limits.ts'
import { sizeOf } from '../util/shape.ts'

/** Anything that has features of images. */
export interface FeatureReader {
  /** Features `[images, ...]`; those of one draw, for readers that begin anew with each. */
  read(images: Dataset, draw: number): Promise<Samples>
  close(): Promise<void>
}

/** The pixels themselves, in [0, 1]. */
export const pixelReader: FeatureReader = {
  async read(dataset) {
    const { count, height, width, channels } = dataset
    const size = height * width * channels
    const indices = Uint32Array.from({ length: count }, (_, i) => i)
    return {
      data: fillImages(dataset, indices, new Float32Array(count * size)),
      shape: [count, size],
    }
  },
  async close() {},
}

/** Features by a network of one input and one output, with weights that may depend on the draw. */
export const networkReader = (features: Network, weightsOf: (draw: number) => Weights): FeatureReader => ({
  async read(dataset, draw) {
    const output = outputOf(features)
    const indices = Uint32Array.from({ length: dataset.count }, (_, i) => i)
    const data = await applyFunction(
      weightsOf(draw),
      { name: 'represent', network: features.name, of: features, output },
      { [inputOf(features).name]: imageInputs(dataset, indices) },
    )
    return { data, shape: [dataset.count, sizeOf(output.shape)] }
  },
  async close() {},
})

/** How many labels: a number, or all there are. */
export type LabelCount = number | 'all'

export interface ProbeOptions {
  readonly labels: readonly LabelCount[]
  /** Which draws of labels; all labels are one draw. */
  readonly draws: readonly number[]
  /** Neighbours that vote; default 5. */
  readonly k?: number | undefined
  /** Whether held-out features depend on the draw. Default false */
  readonly perDraw?: boolean
  readonly signal?: AbortSignal | undefined
}

/** Shares of held-out images that are named rightly. */
export interface ProbeFound {
  readonly labels: LabelCount
  readonly draw: number
  /** Numbers of a feature. */
  readonly size: number
  readonly linear: number
  readonly nearest: number
}

const share = (given: Uint8Array, labels: Uint8Array): number =>
  given.reduce((right, label, i) => right + (label === labels[i] ? 1 : 0), 0) / labels.length

/**
 * Learns from so many labelled images, equally many of each class, by their features alone, and names the held-out ones. Every draw is told
 * as it is done; draws of one number are nested, and the same for whatever has features.
 *
 * @throws DataError when images have no labels, or features would take too much memory
 */
export async function* probeFeatures(
  engine: MeasureEngine,
  reader: FeatureReader,
  { train, test }: { readonly train: Dataset; readonly test: Dataset },
  { labels, draws, k, perDraw = false, signal, memory }: ProbeOptions & { readonly memory: number },
): AsyncGenerator<ProbeFound> {
  const { classes } = train
  if (!train.labels || !test.labels)
    throw new DataError(`the data "${train.name}" has no labels, which a probe needs of all its images`)
  let heldOut: Samples | undefined
  for (const count of labels)
    for (const draw of count === 'all' ? draws.slice(0, 1) : draws) {
      signal?.throwIfAborted()
      const part = count === 'all' ? train : await labelledPart(train, { labels: count, draw })
      const asked = perDraw || !heldOut ? await reader.read(test, draw) : heldOut
      heldOut = asked
      const size = asked.shape[1]!
      const bytes = 4 * size * (2 * part.count + 2 * test.count)
      if (bytes > SHARES.step * memory)
        throw new DataError(
          `features of ${size} numbers of ${part.count} images take ${(bytes / 2 ** 30).toFixed(1)} GiB, more than there is room for; ask for fewer --labels, name another --layer, or train the layer of logits by "sparring finetune --train head"`,
        )
      const learned = await reader.read(part, draw)
      const sides = { learned, labels: part.labels!, asked }
      const linear = await linearProbe(engine, sides, { classes: classes.length })
      const nearest = await nearestLabels(engine, sides, {
        classes: classes.length,
        ...(k === undefined ? {} : { k }),
      })
      yield {
        labels: count,
        draw,
        size,
        linear: share(linear, test.labels),
        nearest: share(nearest, test.labels),
      }
    }
}

/** Of each class, images that are learned from and others that are named, at most, while a training goes on. */
const WATCHED = { learned: 50, asked: 100 } as const

/**
 * A cheap probe for while a training goes on: some labelled training images, and others of them that their neighbours name. Held-out images
 * stay unseen.
 *
 * @returns the share that is named rightly, by weights as they are
 * @throws DataError when the images have no labels, or fewer than three of a class
 */
export async function trainingProbe(
  engine: MeasureEngine,
  features: Network,
  train: Dataset,
): Promise<(weights: Weights) => Promise<{ readonly nearest: number }>> {
  const { labels, classes, name } = train
  if (!labels)
    throw new DataError(`--probe-every needs labels, and the data "${name}" has none; leave it out`)
  const counts = classes.map((_, label) => labels.reduce((sum, one) => sum + (one === label ? 1 : 0), 0))
  const least = Math.min(...counts)
  const learned = Math.min(WATCHED.learned, Math.floor(least / 3))
  if (learned === 0)
    throw new DataError(
      `--probe-every needs three images of each class, and of "${name}" the smallest has ${least}; leave it out`,
    )
  const asked = Math.min(WATCHED.asked, least - learned)
  const first = labelledPlaces(train, { labels: learned * classes.length })
  const known = new Set(first)
  const all = labelledPlaces(train, { labels: (learned + asked) * classes.length })
  const few = await pickedPart(train, first, 'learned by a probe')
  const others = await pickedPart(
    train,
    all.filter((place) => !known.has(place)),
    'named by a probe',
  )
  return async (weights) => {
    const reader = networkReader(features, () => weights)
    const named = await nearestLabels(
      engine,
      { learned: await reader.read(few, 0), labels: few.labels!, asked: await reader.read(others, 0) },
      { classes: classes.length },
    )
    return { nearest: share(named, others.labels!) }
  }
}
