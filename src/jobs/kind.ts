// The contract of a kind of job: one file in `node/kinds/` and a line in `node/kinds.ts`. A training is one.
import type { LabelledPart } from '../data/labelled-part.ts'
import type { RowRecord } from '../runs/study-result.ts'
import type { Job, JobRequest } from './request.ts'
import type { JobNumbers } from './result.ts'

export type Options = Readonly<Record<string, unknown>>

/** Data as jobs ask for it. */
export interface DataWanted {
  readonly data: string
  readonly options: Options
  /** `imageSize` and `channels`, where they are told. */
  readonly form: Options
  /** Of the training part, so many labelled examples only. */
  readonly labels?: LabelledPart | undefined
}

/** What can be known of data before a job is done. */
export interface KnownData {
  /** Examples of its training part. */
  readonly count: number
  /** `[height, width, channels]`; undefined where it is no images. */
  readonly imageShape?: readonly [number, number, number] | undefined
  /** Names of its classes; undefined where it has no labels. */
  readonly classes?: readonly string[] | undefined
  /** Hash of its held-out part; undefined where it has none. */
  readonly heldOut?: string | undefined
  /** Examples of its held-out part. */
  readonly heldOutCount?: number | undefined
}

/** Hashes of data, by whoever asks for several jobs: what was loaded once is not loaded again. */
export interface DataHashes {
  /**
   * @param part   which part of the data: what is trained on, or what was held out
   * @throws ConfigError, DataError when it cannot be had
   */
  of(wanted: DataWanted, part: 'train' | 'test'): Promise<string>
  /** @throws ConfigError, DataError when it cannot be had */
  about(wanted: Omit<DataWanted, 'labels'>): Promise<KnownData>
}

/** What a job leaves for others: a run that people may open too, a set of images, or files that mean something to its kind alone. */
export type Leaves = 'run' | 'set' | 'files'

/** A job whose results another one takes, as its kind understood it. */
export interface Needed {
  /** As the study calls it. */
  readonly name: string
  readonly request: JobRequest
  /** Where its data lies on the machine that asks, by the part that it plays. */
  readonly places: Readonly<Record<string, string>>
}

/** What a kind takes of other jobs for one part. */
export interface Taken {
  /** What those must leave. Default: anything */
  readonly leaves?: Leaves
  /** Whether a job can do without. Default false */
  readonly optional?: boolean
}

/** A job as its kind understands it. */
export interface Understood {
  /** Every option, with what was left out filled in. */
  readonly options: Options
  /** Hashes of the data that it takes, by the part that they play. */
  readonly data: Readonly<Record<string, string>>
  /** Folders on this machine that the request names by their content only, by the part that they play. */
  readonly places?: Readonly<Record<string, string>>
  /** Jobs of other kinds that it cannot do without, e.g. the extractor that measures look through. */
  readonly needs?: Readonly<Record<string, { readonly kind: string; readonly options: Options }>>
}

/** How much work a job is. */
export interface Work {
  readonly amount: number
  /** `steps` */
  readonly unit: string
  /** Jobs of one pace take about as long per unit. */
  readonly pace: string
}

/** What a job is given. */
export interface JobContext {
  readonly job: Job
  /** Its own folder, kept between attempts until the job has its result; made by whoever needs it. */
  readonly folder: string
  /** Aborted: stop where the job can go on from, and throw. */
  readonly signal: AbortSignal
  /** Tells how far it is, from 0 to 1. */
  progress(share: number): void
  /** The folder is whole now: another process could go on from it. */
  checkpoint(): Promise<void>
  /** The files of a job that this one needs, in a folder that nobody changes. */
  filesOf(role: string): Promise<string>
}

export interface JobOutcome {
  readonly found: JobNumbers
  readonly times?: readonly RowRecord[]
  /** Files of its folder that are kept, relative to it. Default none */
  readonly files?: readonly string[]
  /** Seconds of work over all attempts, where that is recorded. Default: those of this one */
  readonly seconds?: number
}

export interface JobKind {
  /** As studies name it. */
  readonly name: string
  /** What people call such a job, with its article: `a training`. */
  readonly called: string
  /** Names of options that a study may give, for hints; undefined where it depends on other options. */
  optionNames?(options: Options): readonly string[]
  /** What it takes of other blocks of a study, by the part that it plays. Default: nothing */
  readonly takes?: Readonly<Record<string, Taken>>
  /**
   * Checks and completes what a study says.
   *
   * @param hashes  asked for what the job depends on
   * @param needed  the jobs whose results it takes, by the part that they play: of what `takes` says, all that are there
   * @throws ConfigError naming the option
   */
  understand(
    options: Options,
    hashes: DataHashes,
    needed: Readonly<Record<string, Needed>>,
  ): Promise<Understood>
  work(options: Options): Work
  readonly leaves: Leaves
  /**
   * Does the work, or goes on with what is in the folder.
   *
   * @throws whatever went wrong: ConfigError, DataError and the like are not tried again
   */
  run(context: JobContext): Promise<JobOutcome>
}

/** Kinds by name. */
export type KindTable = Readonly<Record<string, JobKind>>
