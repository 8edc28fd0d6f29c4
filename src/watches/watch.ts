// What watches a training: a declaration of what is looked at, and of when it is lost or well.

/** Steps between two looks: after every step whose number is a multiple of it. */
export const LOOK = 50
/** Steps over which means are taken at a look. */
export const WINDOW = 500

/** `between`: neither clearly lost nor clearly well, so that an episode neither begins nor ends. */
export type Verdict = 'lost' | 'between' | 'well'

interface Watched {
  /** Kind of its notices, kebab-case, e.g. `generator-won`. */
  readonly kind: string
  /** What it looks for, in words. */
  readonly label: string
  /** The first step after which it can say anything. */
  readonly from: number
}

/** The means of its metrics over the last `WINDOW` steps, and the lowest and the highest that they were at a look before, one by one. */
type Judged = [now: readonly number[], lowest: readonly number[], highest: readonly number[]]

/** Looks at the log, every `LOOK` steps. */
export interface LogWatch extends Watched {
  readonly reads: 'log'
  /** Names of the log's numbers that it looks at. */
  readonly metrics: readonly string[]
  judge(...judged: Judged): Verdict
  /** What is wrong, and a remedy. */
  lost(...judged: Judged): string
  /** Why it no longer is. */
  over(...judged: Judged): string
}

/** How many of the known modes of the data fresh samples reach. */
export interface ModesReached {
  readonly reached: number
  /** All there are. */
  readonly of: number
  /** How many as many samples would reach on average if all modes were equally likely. */
  readonly expected: number
  /** How many samples were looked at. */
  readonly samples: number
}

/** How much fresh samples, and as many real examples, differ from each other: the mean deviation of their numbers. */
export interface Variety {
  readonly fresh: number
  readonly real: number
  /** Whether both are of examples of one class, as the mean over classes; default false. */
  readonly ofClass?: boolean | undefined
  /** Only where the data's modes are known. */
  readonly modes?: ModesReached | undefined
}

/** Looks at the samples of the steps that have some. */
export interface SampleWatch extends Watched {
  readonly reads: 'samples'
  judge(variety: Variety): Verdict
  lost(variety: Variety): string
  over(variety: Variety): string
}

export type Watch = LogWatch | SampleWatch

/** Limits of a number: beyond `lost` it is, on the other side of `well` it no longer is. */
export interface Limits {
  readonly lost: number
  readonly well: number
}

export const above = (value: number, { lost, well }: Limits): Verdict =>
  value > lost ? 'lost' : value < well ? 'well' : 'between'
export const below = (value: number, { lost, well }: Limits): Verdict =>
  value < lost ? 'lost' : value > well ? 'well' : 'between'
/** Lost where one says so, well where both do. */
export const either = (a: Verdict, b: Verdict): Verdict =>
  a === 'lost' || b === 'lost' ? 'lost' : a === 'well' && b === 'well' ? 'well' : 'between'
/** Lost where both say so, well where either does. */
export const both = (a: Verdict, b: Verdict): Verdict =>
  a === 'well' || b === 'well' ? 'well' : a === 'lost' && b === 'lost' ? 'lost' : 'between'
