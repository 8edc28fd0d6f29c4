// Walks between latents of a run: a strip and an animation, with the nearest training images beside what is made.
import { rowInputs } from '../data/examples.ts'
import type { Dataset } from '../data/index.ts'
import { nearestBytes } from '../metrics/nearest-bytes.ts'
import { type Draw, functionOf, isLatent } from '../objectives/offer.ts'
import { imageBatch } from '../pictures/images.ts'
import { enlarge, type ImageBatch, type PixelImage, tileGrid } from '../report/index.ts'
import {
  ANIMATIONS,
  type AnimationFormat,
  COMPOSITE_MEDIA,
  encodeAnimation,
  encodePng,
  GENERATED_MEDIA,
  marked,
} from '../report/node/index.ts'
import { imagesOf } from '../runs/index.ts'
import { writeOut } from '../runs/node/write-out.ts'
import { applyFunction, drawInputs, type FunctionInputs, frozen } from '../training/functions.ts'
import { ConfigError } from '../util/errors.ts'
import { MOST_DRAWN, MOST_PICTURE } from '../util/limits.ts'
import { randomStream } from '../util/random.ts'
import { classInput, withEngine } from './look.ts'
import { recordedImages } from './recorded-run.ts'
import { WALKS } from './walk.ts'

export type WalkName = keyof typeof WALKS

export interface InterpolateRequest {
  readonly run: string
  /** Seeds of the latents between which it goes, two or more, in this order: each is the first that `sparring sample --seed` draws. */
  readonly seeds: readonly number[]
  /** Images of a row of the strip, both ends included; default 11. */
  readonly frames?: number | undefined
  /** The way of the animation; the strip shows both. Default `slerp` where latents are normal, `lerp` where they are uniform. */
  readonly path?: WalkName | undefined
  /** Class of all images, of models that are told it; default: the one that the first seed draws. */
  readonly class?: string | undefined
  /** Whether the nearest training image stands below (in the animation beside) each one; default true. */
  readonly neighbours?: boolean | undefined
  /** Kind of the animation; `none` for the strip alone. Default `webp` */
  readonly animation?: AnimationFormat | 'none' | undefined
  /** From one latent to the next, in the animation; default 2. */
  readonly seconds?: number | undefined
  /** Pixels of the pictures per pixel of an image; default 4. */
  readonly scale?: number | undefined
  /** Where the pictures go, without ending. */
  readonly out: string
  readonly dataDir?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** A training image beside one of the strip. */
export interface Neighbour {
  /** Number of the leg, and of the image in it. */
  readonly leg: number
  readonly frame: number
  /** Index of the nearest training image, by the Euclidean distance of pixels in [0, 1]. */
  readonly index: number
  readonly distance: number
  readonly class?: string
}

export interface InterpolateResult {
  readonly files: { readonly strip: string; readonly animation?: string }
  /** What the rows of the strip are, from above, for each leg. */
  readonly rows: readonly string[]
  readonly path: WalkName
  /** Of the spherical row; none where they were not asked for. */
  readonly neighbours: readonly Neighbour[]
}

/** Frames a second of the animation. */
const PACE = 20
const ROWS = { slerp: 'spherical', lerp: 'linear', nearest: 'nearest training image of the spherical row' }

/** The middle of what latents are drawn from. */
const middleOf = (draw: Draw): number => (draw.distribution === 'uniform' ? (draw.low + draw.high) / 2 : 0)

/** The nearest image of a data set to each of some, with its pixels. */
async function nearestOf(
  { images: all, labels, classes }: Dataset,
  { count, pixels }: ImageBatch,
  signal: AbortSignal | undefined,
): Promise<{ pixels: Uint8Array; found: Omit<Neighbour, 'leg' | 'frame'>[] }> {
  const size = pixels.length / count
  const out = new Uint8Array(pixels.length)
  const found: Omit<Neighbour, 'leg' | 'frame'>[] = []
  for (let i = 0; i < count; i++) {
    signal?.throwIfAborted()
    const search = nearestBytes(all, pixels.subarray(i * size, (i + 1) * size), 1)
    let step = search.next()
    while (!step.done) step = search.next()
    const [{ index, squared }] = step.value as [{ index: number; squared: number }]
    out.set(all.subarray(index * size, (index + 1) * size), i * size)
    const named = labels && classes[labels[index]!]
    found.push({
      index,
      distance: Math.sqrt(squared) / 255,
      ...(named === undefined ? {} : { class: named }),
    })
  }
  return { pixels: out, found }
}

/** Batches of images of one size, one below the other. */
const together = (batches: readonly ImageBatch[]): ImageBatch => ({
  ...batches[0]!,
  count: batches.reduce((sum, { count }) => sum + count, 0),
  pixels: Buffer.concat(batches.map(({ pixels }) => pixels)),
})

/** Even steps from 0 to 1; without the end where the next leg begins with it. */
const evenly = (count: number, withEnd: boolean): number[] =>
  Array.from({ length: count }, (_, i) => i / (withEnd ? count - 1 : count))

/**
 * Walks from latent to latent, spherically and linearly, and writes a strip as PNG and an animation. Both say of themselves that a machine
 * made them. The same request gives the same bytes.
 *
 * @throws ConfigError for a model that makes no images of latents, fewer than two seeds or pictures that are too large; DataError when the run
 *         has no checkpoint, or its data is not there to look for neighbours in
 */
export const interpolateRun = (request: InterpolateRequest): Promise<InterpolateResult> =>
  withEngine(request.run, async ({ run, objective, arrays, engine }) => {
    const { seeds, frames = 11, scale = 4, seconds = 2, neighbours = true, signal, out } = request
    const { animation = 'webp' } = request
    if (seeds.length < 2)
      throw new ConfigError(
        `--seeds: expected at least two seeds to walk between, got ${seeds.join() || 'none'}`,
      )
    const offered = functionOf(objective, 'generate')
    const { draws = {} } = offered
    const latents = Object.entries(draws).filter(([, draw]) => isLatent(draw))
    if (latents.length === 0)
      throw new ConfigError(
        `a ${run.config.model} makes its images of no latents, so there is nothing to walk between`,
      )
    const { height, width, channels } = imagesOf(run.config)
    const shape = [height, width, channels]
    const usual = latents.some(([, { distribution }]) => distribution === 'uniform') ? 'lerp' : 'slerp'
    const path = request.path ?? usual
    const legs = seeds.length - 1
    const moving = Math.max(2, Math.round(seconds * PACE))
    const rows = legs * (neighbours ? 3 : 2)
    if (
      frames * width * scale * rows * height * scale > MOST_PICTURE ||
      legs * moving * height * width * channels > MOST_DRAWN
    )
      throw new ConfigError(
        `${legs} legs of ${frames} images at scale ${scale} make pictures that are too large; ask for fewer seeds or frames, or a smaller scale`,
      )
    const dataset = neighbours
      ? (await recordedImages(run.config, { dataDir: request.dataDir, signal })).train
      : undefined
    const given = request.class === undefined ? {} : classInput(run, objective, request.class)
    const ends = seeds.map((seed) => drawInputs(offered, 1, randomStream(seed, 'sample'), given))
    const weights = frozen(engine, arrays)

    /** Images along one leg. */
    const along = async (leg: number, name: WalkName, times: readonly number[]): Promise<ImageBatch> => {
      const [from, to] = [ends[leg]!, ends[leg + 1]!]
      const inputs: FunctionInputs = Object.fromEntries(
        Object.entries(from).map(([port, first]) => {
          const draw = draws[port]
          const rowsOf = (at: number): ArrayLike<number | bigint> =>
            draw && isLatent(draw)
              ? WALKS[name](first as Float32Array, to[port] as Float32Array, at, middleOf(draw))
              : ends[0]![port]! // A class is that of the first.
          const all = new (first.constructor as Float32ArrayConstructor)(times.length * first.length)
          for (const [i, at] of times.entries()) all.set(rowsOf(at) as ArrayLike<number>, i * first.length)
          return [port, all]
        }),
      )
      const values = await applyFunction(
        weights,
        offered,
        Object.fromEntries(Object.entries(inputs).map(([port, all]) => [port, rowInputs(all, times.length)])),
      )
      return imageBatch({ values, count: times.length, shape })
    }

    const strip: ImageBatch[] = []
    const found: Neighbour[] = []
    for (let leg = 0; leg < legs; leg++) {
      const times = evenly(frames, true)
      const round = await along(leg, 'slerp', times)
      strip.push(round, await along(leg, 'lerp', times))
      if (!dataset) continue
      const near = await nearestOf(dataset, round, signal)
      strip.push({ ...round, pixels: near.pixels })
      found.push(...near.found.map((each, frame) => ({ leg, frame, ...each })))
    }
    const facts = { model: run.config.model, seeds: seeds.join(' ') }
    const source = neighbours ? COMPOSITE_MEDIA : GENERATED_MEDIA
    const sheet = tileGrid(together(strip), { columns: frames, scale })
    const files: { strip: string; animation?: string } = {
      strip: await writeOut(`${out}.png`, marked(await encodePng(sheet), facts, source)),
    }
    if (animation !== 'none') {
      const pictures: PixelImage[] = []
      for (let leg = 0; leg < legs; leg++) {
        const made = await along(leg, path, evenly(moving, leg === legs - 1))
        const near = dataset && (await nearestOf(dataset, made, signal)).pixels
        const size = height * width * channels
        for (let i = 0; i < made.count; i++) {
          const one = (pixels: Uint8Array): ImageBatch => ({
            ...made,
            count: 1,
            pixels: pixels.subarray(i * size, (i + 1) * size),
          })
          const beside = near ? [one(made.pixels), one(near)] : [one(made.pixels)]
          pictures.push(enlarge(tileGrid(together(beside), { columns: beside.length }), scale))
        }
      }
      const bytes = await encodeAnimation(pictures, { format: animation, pace: PACE, source })
      files.animation = await writeOut(`${out}${ANIMATIONS[animation]}`, bytes)
    }
    return {
      files,
      rows: [ROWS.slerp, ROWS.lerp, ...(neighbours ? [ROWS.nearest] : [])],
      path,
      neighbours: found,
    }
  })
