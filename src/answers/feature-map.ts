// Where held-out images lie among each other by a run's features: a plane of them, their neighbours, and places for other images.
import type { DataSplits, Dataset } from '../data/node/index.ts'
import { checkpointArrays, newestCheckpoint, recordedObjective } from '../lifecycle/recorded-run.ts'
import { runFeatures } from '../lifecycle/run-parts.ts'
import { networkReader } from '../measuring/probe.ts'
import { rowsOf, unitRows } from '../metrics/features.ts'
import { type PrincipalPlane, principalPlane, type Samples } from '../metrics/index.ts'
import { nearest } from '../metrics/nearest.ts'
import type { RunConfig } from '../runs/index.ts'
import type { RunFolder } from '../runs/node/index.ts'
import type { Engine } from '../runtime/engine.ts'
import { frozen } from '../training/functions.ts'
import { ConfigError, DataError } from '../util/errors.ts'
import { type DataImage, imageAt } from './nearest-images.ts'

/** `GET /api/runs/<name>/map`; null where `?known=<step>` is still the newest checkpoint. */
export interface FeatureMap {
  /** Of the weights. */
  readonly step: number
  readonly network: string
  readonly layer: string
  /** Numbers of a feature. */
  readonly size: number
  /** Whether the images are held out from training. */
  readonly heldOut: boolean
  /** Number of each image in its set. */
  readonly indices: readonly number[]
  /** Class of each, as an index into `classes`; -1 where there is none. */
  readonly labels: readonly number[]
  readonly classes: readonly string[]
  /** [count, 2]: along the two principal directions of the features, from their mean. */
  readonly plane: readonly number[]
  /** Share of the variance of the features that lies in the plane, 0 to 1. */
  readonly share: number
  /** How many neighbours of each follow. */
  readonly k: number
  /** [count, k]: those with the largest cosines of features, nearest first, none its own; places in this list of images. */
  readonly neighbours: readonly number[]
  /** [count, k] */
  readonly cosines: readonly number[]
}

/** An answer to `POST /api/runs/<name>/map`, an image: where it would lie. */
export interface FeaturePlace {
  /** Of the weights: those of another step have another map. */
  readonly step: number
  readonly plane: readonly [number, number]
  /** Places of the nearest images in the map, nearest first. */
  readonly neighbours: readonly number[]
  readonly cosines: readonly number[]
}

/** A map that can be asked. */
export interface OpenedMap {
  readonly map: FeatureMap
  /** Images of the map by their places. @throws ConfigError for a place that is none */
  images(places: readonly number[]): readonly DataImage[]
  /** @param pixels  [height, width, channels], 0 to 255 */
  place(pixels: Uint8Array): Promise<FeaturePlace>
}

/** Images of a map. */
const IMAGES = 800
const NEIGHBOURS = 15
const few = (value: number): number => Number(value.toPrecision(6))

/** The coordinates of features in a plane, `[n, 2]`. */
function coordinates({ data, shape }: Samples, { mean, directions }: PrincipalPlane): number[] {
  const d = mean.length
  return Array.from({ length: 2 * shape[0]! }, (_, at) => {
    const direction = directions[at % 2]!
    const start = Math.floor(at / 2) * d
    let sum = 0
    for (let j = 0; j < d; j++) sum += (data[start + j]! - mean[j]!) * direction[j]!
    return few(sum)
  })
}

/** Some images of a set, or one from elsewhere, for a reader of features: the hash is nobody's. */
const only = (dataset: Dataset, images: Uint8Array): Dataset => {
  const { labels: _, ...rest } = dataset
  const count = images.length / (dataset.height * dataset.width * dataset.channels)
  return { ...rest, images, count, classes: [] }
}

/**
 * Some hundred images of a run's data, held out where there are such, by the features of its newest checkpoint.
 *
 * @param data  gives the run's data; its errors are passed on
 * @throws DataError when there is no checkpoint yet; ConfigError when no network of the run has features of an image
 */
export async function openFeatureMap(
  run: RunFolder,
  engine: Engine,
  data: (config: RunConfig) => Promise<DataSplits>,
): Promise<OpenedMap> {
  const objective = recordedObjective(run.config)
  const source = runFeatures(run.config, objective)
  if (!source)
    throw new ConfigError(
      `no network of ${run.config.model} looks at an image alone, so there are no features to make a map of: expected a run with an encoder, a discriminator or a classifier of images`,
    )
  const checkpoint = await newestCheckpoint(run)
  const { step } = checkpoint
  const arrays = checkpointArrays(checkpoint, run.config, objective)
  const reader = networkReader(source.features, () => frozen(engine, arrays))
  const { train, test } = await data(run.config)
  const dataset = test ?? train
  const count = Math.min(IMAGES, dataset.count)
  const indices = Array.from({ length: count }, (_, i) => Math.floor((i * dataset.count) / count))
  const pixels = dataset.images.length / dataset.count
  const chosen = new Uint8Array(count * pixels)
  for (const [i, index] of indices.entries())
    chosen.set(dataset.images.subarray(index * pixels, (index + 1) * pixels), i * pixels)
  const features = await reader.read(only(dataset, chosen), 0)
  const bad = features.data.some((value) => !Number.isFinite(value))
  if (bad || count < 3)
    throw new DataError(
      bad
        ? `features of ${source.network.name} at step ${step} are not finite: the training has diverged, and there is no map of that`
        : `a map needs at least 3 images, and "${dataset.name}" has ${count}`,
    )
  const size = features.shape[1]!
  const all = unitRows(rowsOf('map', 'features', features))
  const origin = new Float64Array(size)
  const k = Math.min(NEIGHBOURS, count - 1)
  // Of directions the squared distance is 2 less twice the cosine.
  const cosine = (squared: number): number => few(1 - squared / 2)
  const [plane, found] = await Promise.all([
    // A single number is a line, of which nothing lies beside.
    size === 1 ? line(features) : principalPlane(engine, features),
    nearest(engine, 'map', { rows: all, among: all, k: k + 1, origin }, {}),
  ])
  const neighbours: number[] = []
  const cosines: number[] = []
  for (let i = 0; i < count; i++) {
    const own = Array.from({ length: k + 1 }, (_, j) => i * (k + 1) + j).filter(
      (at) => found.indices[at] !== i,
    )
    // Where more are as near as itself, it may not be among them.
    for (const at of own.slice(0, k)) {
      neighbours.push(found.indices[at]!)
      cosines.push(cosine(found.squared[at]!))
    }
  }
  return {
    map: {
      step,
      network: source.network.name,
      layer: source.layer,
      size,
      heldOut: test !== undefined,
      indices,
      labels: indices.map((index) => dataset.labels?.[index] ?? -1),
      classes: dataset.labels ? dataset.classes : [],
      plane: coordinates(features, plane),
      share: few(plane.share),
      k,
      neighbours,
      cosines,
    },
    images: (places) =>
      places.map((place) => {
        const index = indices[place]
        if (index === undefined)
          throw new ConfigError(`a place in the map is a whole number below ${count}, got ${place}`)
        return imageAt(dataset, index)
      }),
    async place(image) {
      const its = await reader.read(only(dataset, image), 0)
      const rows = unitRows(rowsOf('map', 'features', its))
      const near = await nearest(engine, 'map', { rows, among: all, k, origin }, {})
      return {
        step,
        plane: coordinates(its, plane) as [number, number],
        neighbours: Array.from(near.indices),
        cosines: Array.from(near.squared, cosine),
      }
    },
  }
}

/** The plane of one number. */
function line({ data }: Samples): PrincipalPlane {
  const mean = data.reduce((sum, x) => sum + x, 0) / data.length
  return {
    mean: Float64Array.of(mean),
    directions: [Float64Array.of(1), Float64Array.of(0)],
    deviations: [0, 0],
    share: 1,
  }
}
