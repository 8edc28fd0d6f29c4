// Sampling while a training goes on: of the same inputs every time, and of fresh ones, which must not all look alike.
import type { Classify, KnownModes } from '../../data/modes.ts'
import { columnLike, type Examples } from '../../data/source.ts'
import { classInputOf, type OfferedFunction, offeredBy } from '../../objectives/offer.ts'
import { randomStream } from '../../util/random.ts'
import { sizeOf } from '../../util/shape.ts'
import { modesReached } from '../../watches/collapse.ts'
import type { Variety } from '../../watches/watch.ts'
import { sampleDetector } from '../detectors.ts'
import { drawInputs, type FunctionInputs, openFunction } from '../functions.ts'
import { realDeviation, type SampleRows, sampleDeviation } from '../sample-variety.ts'
import type { OpenWatcher } from '../watcher.ts'

/** Samples of a sheet. */
export const SHEET_COUNT = 64

/** Samples in which modes are looked for: so many for each mode, and at most so many. */
const MODE_SAMPLES = { each: 50, most: 1000 }

/** Samples that the alarm looks at. */
export const modeSamples = ({ count }: Pick<KnownModes, 'count'>): number =>
  Math.min(MODE_SAMPLES.most, MODE_SAMPLES.each * count)

/** Classes up to which a sheet has a row for each, and samples of such a row. */
const CLASS_ROWS = { most: 32, samples: [8, 16] } as const

/** A row for each class where the function is told one, and there are not too many; else a square. */
export function sheetPlan(generate: OfferedFunction): SampleRows {
  const classes = classInputOf(generate)?.count ?? 0
  if (classes === 0 || classes > CLASS_ROWS.most) return { count: SHEET_COUNT }
  const [least, most] = CLASS_ROWS.samples
  const columns = Math.min(most, Math.max(least, Math.ceil(SHEET_COUNT / classes)))
  return { count: classes * columns, columns }
}

/** Row r of each input, `columns` times as many rows in all, is of class r; of equal latents in a column where those are `shared`. */
function byClass(
  inputs: FunctionInputs,
  { of, draws = {} }: OfferedFunction,
  { columns, shared }: { columns: number; shared: boolean },
): FunctionInputs {
  return Object.fromEntries(
    Object.entries(inputs).map(([port, given]) => {
      if (draws[port]?.distribution === 'classes')
        return [port, (given as BigInt64Array).map((_, i) => BigInt(Math.floor(i / columns)))]
      const size = columns * sizeOf(of.inputs[port]!.shape)
      return [port, shared ? (given as Float32Array).map((_, i) => Number(given[i % size])) : given]
    }),
  )
}

/**
 * The inputs of the sheet of a step: the same at every step, or fresh ones. With a row for each class, the fixed ones of a column have one
 * latent, so that one sees what the class alone changes.
 */
export function sheetInputs(
  generate: OfferedFunction,
  { count, columns }: SampleRows,
  kind: 'fixed' | 'fresh',
  seed: number,
  step: number,
): FunctionInputs {
  const random =
    kind === 'fixed' ? randomStream(seed, 'sample/fixed') : randomStream(seed, 'sample/fresh', step)
  const inputs = drawInputs(generate, count, random)
  return columns === undefined ? inputs : byClass(inputs, generate, { columns, shared: kind === 'fixed' })
}

export interface SamplesOptions {
  readonly every: number
  /** Samples per event; default those of a sheet. */
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
  ({ every, count: asked, real, told, modes, classify }: SamplesOptions): OpenWatcher =>
  async ({ objective, program, seed }) => {
    const generate = offeredBy(objective, 'generate')
    if (!generate || every === 0) return undefined
    const { name, shape } = generate.output
    const plan: SampleRows = asked === undefined ? sheetPlan(generate) : { count: asked }
    const { count } = plan
    const fixed = sheetInputs(generate, plan, 'fixed', seed, 0)
    const opened = await openFunction(program, generate, count)
    const column = real && columnLike(real.columns, name, shape)
    const detect = sampleDetector(objective, told)
    const deviation = real && column !== undefined ? realDeviation(real, column, plan) : undefined
    const known = modes && (classify || !modes.classifiedBy) ? modes : undefined
    const sought = known ? modeSamples(known) : 0
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
        const event = { type: 'samples', step, ...plan, shape } as const
        yield { ...event, latents: 'fixed', values: await opened.run(fixed) }
        const values = await opened.run(sheetInputs(generate, plan, 'fresh', seed, step))
        yield { ...event, latents: 'fresh', values }
        if (deviation === undefined) return
        const variety: Variety = {
          fresh: sampleDeviation(values, plan),
          real: deviation,
          ofClass: plan.columns !== undefined,
          modes: await reached(step),
        }
        for (const notice of detect(step, variety)) yield { type: 'notice', notice }
      },
    }
  }
