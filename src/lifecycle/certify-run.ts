// Certificates of the classifier that a run has trained, under noise: of some of the images, counted in shards so that it can go on.
import type { Certificate } from '../attacks/certificate.ts'
import {
  certificatesOf,
  certifyShards,
  openSmoothed,
  type Shard,
  type SmoothingOptions,
  smoothingOptions,
} from '../attacks/smoothing.ts'
import { openClassifier } from '../classifiers/index.ts'
import type { Dataset } from '../data/index.ts'
import { imageSize } from '../runs/index.ts'
import { nodeEngine } from '../runtime/node.ts'
import { DataError } from '../util/errors.ts'
import { engineThreads } from './engine-threads.ts'
import { networkBytes } from './networks.ts'
import { openOwnRun } from './own-code.ts'
import { runParts } from './run-parts.ts'

/** Noisy images that are classified together at most. */
const BATCH = 250

/** Deviation of the noise, draws, and the probability that a certificate is wrong. */
export const certifyOptions = smoothingOptions

/** So many of the draws of an image, and how often each class came. */
export type CertifyShard = Shard

export interface CertifyRequest {
  /** Folder of a run that trained a classifier. */
  readonly run: string
  /** Images of the size that the run learned. */
  readonly dataset: Dataset
  /** Places in the set of those that are certified; each names the noise of its image. */
  readonly ids: readonly number[]
  readonly options: SmoothingOptions
  /** Of the noise. */
  readonly seed: number
  /** Shards of an earlier call for the same, which are not counted again. */
  readonly done?: readonly Shard[] | undefined
  /** Threads of the runtime; default: one per core. */
  readonly threads?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export type CertifyEvent =
  /** A part of the draws is counted; `last`: all of its image's are. */
  | { readonly type: 'shard'; readonly shard: Shard; readonly last: boolean; readonly share: number }
  /** In the order of `ids`. */
  | { readonly type: 'result'; readonly certificates: readonly Certificate[] }

/** Pixels of some images, from 0 to 1. */
function pick({ images, height, width, channels }: Dataset, ids: readonly number[]): Float32Array {
  const size = height * width * channels
  const picked = new Float32Array(ids.length * size)
  ids.forEach((id, i) => {
    for (let p = 0; p < size; p++) picked[i * size + p] = images[id * size + p]! / 255
  })
  return picked
}

/**
 * Certifies images: within which distance the classifier's answer under noise cannot change.
 *
 * @throws DataError when the run names no classes, or learned images of another size
 * @source Cohen, Rosenfeld and Kolter 2019, arXiv:1902.02918
 */
export async function* certifyRun(request: CertifyRequest): AsyncGenerator<CertifyEvent> {
  const { dataset, ids, options, seed, done = [], threads = 0, signal } = request
  const run = await openOwnRun(request.run)
  const { classifier: network } = runParts(run.config)
  if (!network)
    throw new DataError(
      `${request.run}: the ${run.config.model} has no network that names classes; expected a run of a classifier`,
    )
  const { height, width, channels } = dataset
  const learned = imageSize(run.config)
  if (learned && (learned.height !== height || learned.width !== width))
    throw new DataError(
      `the images of "${dataset.name}" are ${height} x ${width}, those that ${request.run} learned ${learned.height} x ${learned.width}`,
    )
  const engine = await nodeEngine(engineThreads(threads))
  try {
    const classifier = openClassifier(await networkBytes(run, network), {
      image: { height, width, channels },
    })
    const smoothed = await openSmoothed(engine, classifier, {
      sigma: options.sigma,
      seed,
      batch: Math.min(BATCH, Math.max(options.n0, options.n)),
    })
    try {
      const shards = [...done]
      const total = ids.length * (options.n0 + options.n)
      let counted = done.reduce((sum, { from, to }) => sum + to - from, 0)
      const events = certifyShards(smoothed, {
        images: pick(dataset, ids),
        ids,
        options,
        done,
        signal,
      })
      for await (const shard of events) {
        shards.push(shard)
        counted += shard.to - shard.from
        const last = shard.purpose === 'estimate' && shard.to === options.n
        yield { type: 'shard', shard, last, share: counted / total }
      }
      yield { type: 'result', certificates: certificatesOf(shards, ids, options) }
    } finally {
      await smoothed.close()
    }
  } finally {
    await engine.close()
  }
}
