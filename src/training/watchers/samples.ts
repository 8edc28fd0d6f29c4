// Sampling while a training goes on: of the same inputs every time, and of fresh ones, which must not all look alike.
import type { Classify, KnownModes } from '../../data/modes.ts'
import { columnLike, type Examples } from '../../data/source.ts'
import { type OfferedFunction, offeredBy } from '../../objectives/offer.ts'
import { randomStream } from '../../util/random.ts'
import { sizeOf } from '../../util/shape.ts'
import { modesReached } from '../../watches/collapse.ts'
import { sampleDetector } from '../detectors.ts'
import { drawInputs, type FunctionInputs, openFunction } from '../functions.ts'
import { pixelDeviation } from '../sample-variety.ts'
import type { OpenWatcher } from '../watcher.ts'

/** Samples of a sheet. */
export const SHEET_COUNT = 64

/** Samples in which modes are looked for: so many for each mode, and at most so many. */
const MODE_SAMPLES = { each: 50, most: 1000 }

/** The inputs of the sheet of a step: the same at every step, or fresh ones. */
export const sheetInputs = (
  generate: OfferedFunction,
  count: number,
  kind: 'fixed' | 'fresh',
  seed: number,
  step: number,
): FunctionInputs =>
  drawInputs(
    generate,
    count,
    kind === 'fixed' ? randomStream(seed, 'sample/fixed') : randomStream(seed, 'sample/fresh', step),
  )

/** How much a handful of real examples differ from each other. */
function realDeviation(examples: Examples, column: string, count: number): number {
  const taken = Math.min(count, examples.count)
  const out = new Float32Array(taken * sizeOf(examples.columns[column]!.shape))
  examples.fill(
    column,
    Uint32Array.from({ length: taken }, (_, i) => Math.floor((i * examples.count) / taken)),
    out,
  )
  return pixelDeviation(out, taken)
}

export interface SamplesOptions {
  readonly every: number
  /** Samples per event; default `SHEET_COUNT`. */
  readonly count?: number
  /** Real examples: samples that vary much less are warned of. Default: nobody looks. */
  readonly real?: Examples | undefined
  /** What is known of the modes of the data; its alarm then speaks in modes. Default: nothing */
  readonly modes?: KnownModes | undefined
  /** Names images, where the modes need it; without it they are not looked at. */
  readonly classify?: Classify | undefined
  /** The notices told before, for a training that is continued. */
  readonly told?: readonly { readonly kind: string; readonly severity: string }[] | undefined
}

/** Draws samples, where the objective generates any. */
export const samples =
  ({ every, count = SHEET_COUNT, real, told, modes, classify }: SamplesOptions): OpenWatcher =>
  async ({ objective, program, seed }) => {
    const generate = offeredBy(objective, 'generate')
    if (!generate || every === 0) return undefined
    const { name, shape } = generate.output
    const fixed = sheetInputs(generate, count, 'fixed', seed, 0)
    const opened = await openFunction(program, generate, count)
    const column = real && columnLike(real.columns, name, shape)
    const detect = sampleDetector(objective, told)
    const deviation = real && column !== undefined ? realDeviation(real, column, count) : undefined
    const known = modes && (classify || !modes.classifiedBy) ? modes : undefined
    const sought = known ? Math.min(MODE_SAMPLES.most, MODE_SAMPLES.each * known.count) : 0
    const many = known && (await openFunction(program, generate, sought))
    const reached = async (step: number) => {
      if (!known || !many) return undefined
      const inputs = drawInputs(generate, sought, randomStream(seed, 'sample/modes', step))
      const named = await known.name(await many.run(inputs), classify)
      return modesReached(named.modes, known.count)
    }
    return {
      every,
      alone: true,
      async *observe(step) {
        const event = { type: 'samples', step, count, shape } as const
        yield { ...event, latents: 'fixed', values: await opened.run(fixed) }
        const values = await opened.run(sheetInputs(generate, count, 'fresh', seed, step))
        yield { ...event, latents: 'fresh', values }
        if (deviation === undefined) return
        const variety = { fresh: pixelDeviation(values, count), real: deviation, modes: await reached(step) }
        for (const notice of detect(step, variety)) yield { type: 'notice', notice }
      },
    }
  }
