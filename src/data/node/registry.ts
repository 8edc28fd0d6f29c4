// The data sets that have a name: add one by adding a row.
import type { z } from 'zod'
import { ConfigError } from '../../util/errors.ts'
import { AFFINE, affineImages } from '../affine.ts'
import type { DataSplits } from '../dataset.ts'
import { digits } from '../digits.ts'
import { fitSplits } from '../fit.ts'
import { mnist } from '../mnist.ts'
import type { KnownModes } from '../modes.ts'
import { OVERLAPPING, overlappingImages } from '../overlapping.ts'
import {
  gaussianModes,
  gaussians,
  gridCentres,
  type HashedExamples,
  type PointsOptions,
  ringCentres,
} from '../points.ts'
import {
  affineOptions,
  digitsOptions,
  gridOptions,
  noOptions,
  overlappingOptions,
  ringOptions,
  setOptions,
  stackedOptions,
} from '../set-options.ts'
import { stackedImages, stackedModes } from '../stacked.ts'
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

export interface LoadedColumns {
  readonly train: HashedExamples
  readonly test: HashedExamples
  /** Where it is known of which modes the data is made. */
  readonly modes?: KnownModes
}

/** A set by its name, with what is asked of it. */
export interface SetChoice {
  readonly name: string
  /** Complete. */
  readonly options: Readonly<Record<string, unknown>>
}

/** A named set of columns that are not held as images. */
export interface NamedColumns {
  readonly summary: string
  readonly options: z.ZodObject
  /**
   * The set of images whose classifier names the modes of samples, for such options: what whoever measures must have ready. Absent where
   * measures look through none.
   */
  classifiedBy?(options: Readonly<Record<string, unknown>>): SetChoice
  /** Undefined for no data at all. */
  load(options: LoadDataOptions): Promise<LoadedColumns | undefined>
}

/** Points around these middles, with what is known of them. */
async function loadPoints(name: string, points: Omit<PointsOptions, 'start'>): Promise<LoadedColumns> {
  const count = Math.ceil(points.count / 6)
  return {
    train: await gaussians(points),
    test: await gaussians({ ...points, count, start: TEST_START }),
    modes: gaussianModes(name, points),
  }
}

/** The images that examples are made of, `each` of them for one: of fewer examples no more drawn digits than they have. */
const madeOf = (
  { of: name, count }: { readonly of: 'mnist' | 'digits'; readonly count: number },
  each: number,
): SetChoice => ({
  name,
  options: setOptions(
    name,
    namedSets[name]!.options,
    name === 'digits' ? { count: Math.min(60_000, each * count) } : {},
  ),
})
const stackedOf = (chosen: z.output<typeof stackedOptions>): SetChoice => madeOf(chosen, 3)

/** Those images, as they are wanted. */
async function loadedParts(
  { name, options }: SetChoice,
  rest: LoadDataOptions,
): Promise<Required<DataSplits>> {
  const of = await fitSplits(await namedSets[name]!.load({ ...rest, options }), { imageSize: rest.imageSize })
  return of as Required<DataSplits>
}

/** Data that is no images, or composes them as they are asked for. */
export const namedColumns: Readonly<Record<string, NamedColumns>> = {
  ring: {
    summary:
      'points in the plane around eight Gaussians on a ring: a distribution whose modes can be counted',
    options: ringOptions,
    async load({ options = {} }) {
      const { modes, radius, series, ...rest } = setOptions('ring', ringOptions, options)
      return loadPoints('ring', { centres: ringCentres(modes, radius), seed: series, ...rest })
    },
  },
  grid: {
    summary: 'points in the plane around 25 Gaussians on a square grid, whose modes can be counted as well',
    options: gridOptions,
    async load({ options = {} }) {
      const { side, spacing, series, ...rest } = setOptions('grid', gridOptions, options)
      return loadPoints('grid', { centres: gridCentres(side, spacing), seed: series, ...rest })
    },
  },
  'stacked-mnist': {
    summary: 'three digits as one RGB image, 28 x 28, a thousand modes: of mnist, or of digits',
    options: stackedOptions,
    classifiedBy: (options) => stackedOf(setOptions('stacked-mnist', stackedOptions, options)),
    async load({ options = {}, ...rest }) {
      const chosen = setOptions('stacked-mnist', stackedOptions, options)
      const { count, series } = chosen
      if (rest.channels === 1)
        throw new ConfigError('stacked-mnist: expected --channels 3, a digit in each, got 1; leave it out')
      const { train, test } = await loadedParts(stackedOf(chosen), rest)
      return {
        train: await stackedImages({ of: train, count, seed: series }),
        test: await stackedImages({
          of: test,
          count: Math.ceil(count / 6),
          seed: series,
          start: TEST_START,
        }),
        modes: stackedModes({ train, test }, series),
      }
    },
  },
  'multi-mnist': {
    summary: 'two digits of different classes over each other, 36 x 36: of mnist, or of digits',
    options: overlappingOptions,
    async load({ options = {}, ...rest }) {
      const { of, count, series: seed, ...placing } = setOptions('multi-mnist', overlappingOptions, options)
      if (rest.channels === 3)
        throw new ConfigError(
          'multi-mnist: expected --channels 1, images are added as grey, got 3; leave it out',
        )
      const { train, test } = await loadedParts(madeOf({ of, count }, OVERLAPPING), rest)
      return {
        train: await overlappingImages({ of: train, count, seed, ...placing }),
        test: await overlappingImages({
          of: test,
          count: Math.ceil(count / 6),
          seed,
          start: TEST_START,
          ...placing,
        }),
      }
    },
  },
  'aff-mnist': {
    summary:
      'digits moved by whole pixels on 40 x 40, tested turned, sheared and scaled, as affNIST has them: of mnist, or of digits',
    options: affineOptions,
    async load({ options = {}, ...rest }) {
      const { of, count, series: seed } = setOptions('aff-mnist', affineOptions, options)
      const { train, test } = await loadedParts(madeOf({ of, count }, 1), rest)
      return {
        train: await affineImages({ of: train, count, seed }),
        test: await affineImages({
          of: test,
          count: Math.ceil(count / 6),
          seed,
          start: TEST_START,
          change: AFFINE,
        }),
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
