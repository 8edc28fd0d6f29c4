// Randomized smoothing: what a classifier answers under noise, counted in shards that can be stopped, resumed and joined.
import { z } from 'zod'
import type { ImageClassifier } from '../classifiers/classifier.ts'
import { add, argMax, cast, mul } from '../graph/build.ts'
import { input } from '../graph/value.ts'
import type { Engine } from '../runtime/engine.ts'
import { DataError } from '../util/errors.ts'
import { fillNormals } from '../util/normals.ts'
import { randomStream } from '../util/random.ts'
import { type Certificate, certificateOf } from './certificate.ts'

export const smoothingOptions = z.strictObject({
  sigma: z
    .number()
    .positive()
    .default(0.5)
    .describe('deviation of the noise, which the classifier was trained under'),
  n0: z.int().min(1).default(100).describe('draws that choose the class'),
  n: z.int().min(1).default(100_000).describe('draws that bound its probability'),
  alpha: z.number().gt(0).lt(1).default(0.001).describe('probability that a certificate is wrong'),
})
export type SmoothingOptions = z.output<typeof smoothingOptions>

/** What draws are for. Draws of one purpose are independent of those of another. */
export type Purpose = 'select' | 'estimate' | 'predict'

/** The draws `from` up to but not including `to` of an example, and how often each class came. */
export interface Shard {
  readonly id: number
  readonly purpose: Purpose
  readonly from: number
  readonly to: number
  readonly counts: readonly number[]
}

export interface Smoothed {
  readonly sigma: number
  /**
   * Counts the classes [classes] of an image under the noise of some draws. The noise is a function of seed, purpose, example and
   * number of the draw, so any division into shards gives the same sums.
   */
  counts(
    image: Float32Array,
    draws: Pick<Shard, 'id' | 'purpose' | 'from' | 'to'>,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<Int32Array>
  close(): Promise<void>
}

/** Steps of a call, so that a call lasts long beside what it costs to make. */
const STEPS = 4

/**
 * A classifier under noise.
 *
 * @param batch  noisy images that are classified together. Default 250
 */
export async function openSmoothed(
  engine: Engine,
  classifier: ImageClassifier,
  {
    sigma,
    seed,
    batch = 250,
  }: { readonly sigma: number; readonly seed: number; readonly batch?: number | undefined },
): Promise<Smoothed> {
  const { height, width, channels } = classifier.image
  const size = height * width * channels
  const noise = input('noise', [batch, height, width, channels])
  const image = input('image', [1, height, width, channels])
  const logits = classifier.logits(add(image, mul(noise, sigma)))
  const program = await engine.compile({
    name: 'smoothed',
    graph: { inputs: [noise, image], outputs: { classes: cast(argMax(logits, 1), 'int32') } },
    state: [],
    perStep: ['noise'],
    shared: ['image'],
    outputs: ['classes'],
  })
  return {
    sigma,
    async counts(pixels, { id, purpose, from, to }, { signal } = {}) {
      const found = new Int32Array(classifier.classes)
      let next = from
      // Two, so that noise is made for one while the other is computed.
      const lane = async (): Promise<void> => {
        let memory = new Float32Array(STEPS * batch * size)
        while (next < to) {
          signal?.throwIfAborted()
          const first = next
          const many = Math.min(STEPS * batch, to - first)
          next += many
          const steps = Math.ceil(many / batch)
          if (memory.length !== steps * batch * size) memory = new Float32Array(steps * batch * size)
          for (let i = 0; i < many; i++)
            fillNormals(
              randomStream(seed, `smoothing/${purpose}/${id}`, first + i),
              memory.subarray(i * size, (i + 1) * size),
            )
          const { outputs, feeds } = await program.advance({
            noise: { data: memory, shape: [steps, batch, height, width, channels] },
            image: { data: pixels.slice(), shape: [1, height, width, channels] },
          })
          memory = feeds.noise!.data as typeof memory
          const classes = outputs.classes as Int32Array
          for (let i = 0; i < many; i++) found[classes[i]!]!++
        }
      }
      await Promise.all([lane(), lane()])
      return found
    },
    close: () => program.close(),
  }
}

export interface CertifyInput {
  /** [n, height, width, channels] in [0, 1]. */
  readonly images: Float32Array
  /** Which example each is: names its noise. */
  readonly ids: ArrayLike<number>
  readonly options: SmoothingOptions
  /** Shards of an earlier call with the same options, which are not counted again. */
  readonly done?: Iterable<Shard> | undefined
  /** Draws of a shard at most. Default 10,000 */
  readonly shard?: number | undefined
  readonly signal?: AbortSignal | undefined
}

const keyOf = ({ id, purpose, from, to }: Omit<Shard, 'counts'>): string => `${id}/${purpose}/${from}/${to}`

/** Counts what CERTIFY needs of each example, and gives every shard as soon as it is done. */
export async function* certifyShards(
  smoothed: Smoothed,
  { images, ids, options: { n0, n }, done = [], shard = 10_000, signal }: CertifyInput,
): AsyncGenerator<Shard> {
  const there = new Set(Array.from(done, keyOf))
  const size = ids.length > 0 ? images.length / ids.length : 0
  for (let i = 0; i < ids.length; i++)
    for (const [purpose, draws] of [
      ['select', n0],
      ['estimate', n],
    ] as const)
      for (let from = 0; from < draws; from += shard) {
        const part = { id: ids[i]!, purpose, from, to: Math.min(from + shard, draws) }
        if (there.has(keyOf(part))) continue
        const counts = await smoothed.counts(images.subarray(i * size, (i + 1) * size), part, { signal })
        yield { ...part, counts: [...counts] }
      }
}

/** The sums of an example's shards for one purpose. @throws DataError when draws are missing or twice */
function joined(shards: readonly Shard[], id: number, purpose: Purpose, draws: number): number[] {
  let next = 0
  const sums: number[] = []
  for (const { from, to, counts } of shards.toSorted((a, b) => a.from - b.from)) {
    if (from !== next) break
    next = to
    counts.forEach((count, k) => {
      sums[k] = (sums[k] ?? 0) + count
    })
  }
  if (next !== draws || shards.reduce((sum, { from, to }) => sum + to - from, 0) !== draws)
    throw new DataError(
      `certificate of example ${id}: expected shards of the draws 0 to ${draws} ("${purpose}"), each once; got ${
        shards.map(({ from, to }) => `${from} to ${to}`).join(', ') || 'none'
      }; count the missing ones`,
    )
  return sums
}

/**
 * The certificates of examples from their shards, in the order of `ids`.
 *
 * @throws DataError when draws of one are missing or counted twice
 */
export function certificatesOf(
  shards: Iterable<Shard>,
  ids: ArrayLike<number>,
  { n0, n, alpha, sigma }: SmoothingOptions,
): Certificate[] {
  const sorted = new Map<string, Shard[]>()
  for (const shard of shards) {
    const key = `${shard.id}/${shard.purpose}`
    sorted.set(key, [...(sorted.get(key) ?? []), shard])
  }
  return Array.from(ids, (id) => {
    const of = (purpose: Purpose, draws: number) =>
      joined(sorted.get(`${id}/${purpose}`) ?? [], id, purpose, draws)
    return certificateOf(of('select', n0), of('estimate', n), { alpha, sigma })
  })
}
