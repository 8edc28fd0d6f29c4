// The data sets that have a name: add one by adding a row.
import { ConfigError } from '../../util/errors.ts'
import type { DataSplits } from '../dataset.ts'
import { digits } from '../digits.ts'
import { mnist } from '../mnist.ts'
import type { LoadDataOptions } from './load-data.ts'
import { loadPublishedSet } from './published-set.ts'

/** A named data set. */
export interface NamedSet {
  /** One line for lists of what there is. */
  readonly summary: string
  load(options: LoadDataOptions): Promise<DataSplits>
}

/** Index of the first test digit: far beyond any training set, so that the two never share one. */
const TEST_START = 2 ** 40

interface Series {
  readonly seed: number
  readonly count: number
}

const drawDigits = async ({ seed, count }: Series): Promise<DataSplits> => ({
  train: await digits({ seed, count }),
  test: await digits({ seed, count: Math.ceil(count / 6), start: TEST_START }),
})

/** Drawing takes seconds, so whoever asks while others still hold a series gets the same one. */
const held = new Map<
  string,
  { drawing: Promise<DataSplits> | undefined; drawn: WeakRef<DataSplits> | undefined }
>()

async function sharedDigits(series: Series): Promise<DataSplits> {
  const key = `${series.seed} ${series.count}`
  const known = held.get(key)
  const found = known?.drawn?.deref() ?? known?.drawing
  if (found) return found
  const drawing = drawDigits(series)
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

export const namedSets: Readonly<Record<string, NamedSet>> = {
  digits: {
    summary: 'handwritten-looking digits, 28 x 28, drawn on the spot: needs no network',
    load: ({ seed = 1, count = 60_000 }) => sharedDigits({ seed, count }),
  },
  mnist: {
    summary: '60,000 + 10,000 handwritten digits, 28 x 28: downloads 11 MB once',
    load: (options) => {
      if (options.count !== undefined)
        throw new ConfigError(`mnist has 60,000 images; count (${options.count}) applies to digits only`)
      return loadPublishedSet(mnist, options)
    },
  },
}
