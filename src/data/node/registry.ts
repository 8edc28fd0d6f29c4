// The data sets that have a name: add one by adding a row.
import type { z } from 'zod'
import type { DataSplits } from '../dataset.ts'
import { digits } from '../digits.ts'
import { mnist } from '../mnist.ts'
import { gaussians, type HashedExamples, ringCentres } from '../points.ts'
import { digitsOptions, noOptions, ringOptions, setOptions } from '../set-options.ts'
import type { LoadDataOptions } from './load-options.ts'
import { loadPublishedSet } from './published-set.ts'

/** A named data set. */
export interface NamedSet {
  /** One line for lists of what there is. */
  readonly summary: string
  /** What can be asked of it: flags, help and checks follow. */
  readonly options: z.ZodObject
  load(options: LoadDataOptions): Promise<DataSplits>
}

/** Index of the first test digit: far beyond any training set, so that the two never share one. */
const TEST_START = 2 ** 40

type Series = z.output<typeof digitsOptions>

const drawDigits = async ({ series, count }: Series): Promise<DataSplits> => ({
  train: await digits({ seed: series, count }),
  test: await digits({ seed: series, count: Math.ceil(count / 6), start: TEST_START }),
})

/** Drawing takes seconds, so whoever asks while others still hold a series gets the same one. */
const held = new Map<
  string,
  { drawing: Promise<DataSplits> | undefined; drawn: WeakRef<DataSplits> | undefined }
>()

async function sharedDigits(wanted: Series): Promise<DataSplits> {
  const key = `${wanted.series} ${wanted.count}`
  const known = held.get(key)
  const found = known?.drawn?.deref() ?? known?.drawing
  if (found) return found
  const drawing = drawDigits(wanted)
  held.set(key, { drawing, drawn: undefined })
  try {
    const drawn = await drawing
    held.set(key, { drawing: undefined, drawn: new WeakRef(drawn) })
    return drawn
  } catch (error) {
    held.delete(key)
    throw error
  }
}

/** A named set of other columns than images. */
export interface NamedColumns {
  readonly summary: string
  readonly options: z.ZodObject
  /** Undefined for no data at all. */
  load(
    options: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly train: HashedExamples; readonly test: HashedExamples } | undefined>
}

/** Data that is no images. */
export const namedColumns: Readonly<Record<string, NamedColumns>> = {
  ring: {
    summary:
      'points in the plane around eight Gaussians on a ring: a distribution whose modes can be counted',
    options: ringOptions,
    async load(options) {
      const { modes, radius, deviation, count, series } = setOptions('ring', ringOptions, options)
      const all = { centres: ringCentres(modes, radius), deviation, seed: series }
      return {
        train: await gaussians({ ...all, count }),
        test: await gaussians({ ...all, count: Math.ceil(count / 6), start: TEST_START }),
      }
    },
  },
  none: {
    summary: 'no data: of models that make their own',
    options: noOptions,
    load: async () => undefined,
  },
}

export const namedSets: Readonly<Record<string, NamedSet>> = {
  digits: {
    summary: 'handwritten-looking digits, 28 x 28, drawn on the spot: needs no network',
    options: digitsOptions,
    load: ({ options = {} }) => sharedDigits(setOptions('digits', digitsOptions, options)),
  },
  mnist: {
    summary: '60,000 + 10,000 handwritten digits, 28 x 28: downloads 11 MB once',
    options: noOptions,
    load: (options) => loadPublishedSet(mnist, options),
  },
}

/** What can be asked of a data set; nothing of a folder. */
export const optionsOf = (nameOrFolder: string): z.ZodObject =>
  (Object.hasOwn(namedSets, nameOrFolder)
    ? namedSets[nameOrFolder]
    : Object.hasOwn(namedColumns, nameOrFolder)
      ? namedColumns[nameOrFolder]
      : undefined
  )?.options ?? noOptions

/** Names of all data that has one. */
export const dataNames = (): string[] => [...Object.keys(namedSets), ...Object.keys(namedColumns)]
