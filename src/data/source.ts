// Where the columns of a step come from: sets of examples, or sources that keep a state of their own.
import { randomStream } from '../util/random.ts'
import { type Shape, sameShape } from '../util/shape.ts'

/** Numbers of a column as they lie in memory; `uint8` are bytes. */
export type ColumnData =
  | Float32Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>

/** A named quantity that every example has. */
export interface Column {
  /** Of one example. */
  readonly shape: Shape
  /** How many a batch has, where that is not the size of batches: what agents are to answer, numbers that are one of a kind. */
  readonly count?: number
  readonly dtype: 'float32' | 'uint8' | 'int32' | 'int64'
}
export type Columns = Readonly<Record<string, Column>>

/** A set of examples, each of which can be had at any time. */
export interface Examples {
  readonly count: number
  readonly columns: Columns
  /** Writes a column of the examples of these indices, row-major `[indices, ...shape]`. */
  fill(column: string, indices: Uint32Array, out: ColumnData): void
}

export interface SourceOptions {
  /** Everything random follows from it, and from the step. */
  readonly seed: number
  /** Examples of a batch. */
  readonly batchSize: number
  /** Batches that one step takes. */
  readonly draws: number
}

/** Arrays by name, as checkpoints keep them. */
export type SavedSource = Readonly<Record<string, { readonly shape: Shape; readonly data: ColumnData }>>

/** A source in a training. */
export interface OpenSource {
  /**
   * Writes columns of batch number `draw` of a step; those that the training uses, all at once. Steps come in order, each
   * batch once.
   */
  fill(step: number, draw: number, columns: Readonly<Record<string, ColumnData>>): void
  /**
   * Is called before the steps of a call are filled, by sources that ask for a function.
   *
   * @param step  the first of these steps
   * @param ask   the function, on the weights as they are: inputs `[count, ...]` in, outputs out
   */
  gather?(step: number, ask: (inputs: Float32Array<ArrayBuffer>) => Promise<Float32Array>): Promise<void>
  /**
   * Steps that can be prepared before what the first of them gives back is known; at least 1. Default: any number, and
   * then the next steps are prepared while others are computed.
   */
  readonly ahead?: number
  /**
   * Takes back what the phases found for each example of steps that are done, in their order.
   *
   * @param first    the first of these steps
   * @param outputs  `[steps, batch, ...]` by name
   */
  take?(first: number, outputs: Readonly<Record<string, Float32Array>>): void
  /** Its state after the steps that were filled, and taken back where it takes any. Only of sources that have one. */
  save?(): SavedSource
  /** Goes on from a state that was saved. @throws DataError when it is that of something else */
  restore?(saved: SavedSource): void
}

/** What a source remembers. */
export interface Remembered {
  readonly count: number
  /** Of each. */
  readonly bytes: number
  /** What they are, in words: `frames`. */
  readonly what: string
  /** The option of the model that says how many. */
  readonly option: string
}

/** Anything that gives columns, step by step. */
export interface Source {
  readonly columns: Columns
  /** What it is called beside its model, where it has a name: `space-invaders`. Default: what it gives, in words */
  readonly title?: string
  /** What it gives, in words, where its columns do not say it: `frames of space-invaders` */
  readonly words?: string
  /** What it remembers while it is open: so many things in memory, and in every checkpoint. */
  readonly remembers?: Remembered
  /** A function that the objective must offer, and how many inputs it is given at a time: of sources that `gather`. */
  readonly asks?: { readonly function: string; readonly count: number }
  open(options: SourceOptions): OpenSource
}

/** The column of which something made may be one more: it has its name, or its shape. */
export function columnLike(columns: Columns, name: string, shape: Shape): string | undefined {
  const found = Object.entries(columns).filter(
    ([, column]) => column.dtype === 'float32' && sameShape(column.shape, shape),
  )
  return (found.find(([column]) => column === name) ?? found[0])?.[0]
}

/** No data at all: of trainings that make their own. */
export const noData: Source = { columns: {}, open: () => ({ fill() {} }) }

/**
 * Makes the batch order: which examples draw number `draw` of a step sees. With `epoch` the batches follow each other
 * through one shuffled pass over the data after another; a batch that reaches the end of a pass goes on in the next.
 */
export function batchIndices(
  count: number,
  batches: 'replacement' | 'epoch',
  { seed, batchSize, draws }: SourceOptions,
): (step: number, draw: number) => Uint32Array {
  if (batches === 'replacement')
    return (step, draw) => {
      const random = randomStream(seed, draw === 0 ? 'batch' : `batch-${draw}`, step)
      return Uint32Array.from({ length: batchSize }, () => random.integer(count))
    }
  const orders = new Map<number, Uint32Array>()
  const orderOf = (epoch: number): Uint32Array => {
    let order = orders.get(epoch)
    if (!order) {
      if (orders.size > 1) orders.clear()
      order = randomStream(seed, 'epoch', epoch).permutation(count)
      orders.set(epoch, order)
    }
    return order
  }
  return (step, draw) => {
    const start = (step * draws + draw) * batchSize
    return Uint32Array.from({ length: batchSize }, (_, i) => {
      const place = start + i
      return orderOf(Math.floor(place / count))[place % count]!
    })
  }
}

/**
 * A set of examples as a source without a state.
 *
 * @param batches  `replacement`: each batch is drawn from all examples; `epoch`: every example once before any twice
 */
export const examplesSource = (examples: Examples, batches: 'replacement' | 'epoch' = 'epoch'): Source => ({
  columns: examples.columns,
  open(options) {
    const indices = batchIndices(examples.count, batches, options)
    return {
      fill(step, draw, columns) {
        const chosen = indices(step, draw)
        for (const [column, out] of Object.entries(columns)) examples.fill(column, chosen, out)
      },
    }
  },
})

/** A source as it is, or that of a set of examples. */
export const sourceOf = (given: Source | Examples, batches: 'replacement' | 'epoch' | undefined): Source =>
  'open' in given ? given : examplesSource(given, batches)
