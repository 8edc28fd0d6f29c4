// What is known of a distribution whose modes can be counted: which mode a sample belongs to, and how good it is.
import type { DataSplits } from './dataset.ts'

/** Probabilities [n, classes] of n images, one channel each, in [0, 1]. */
export type Classify = (images: Float32Array) => Promise<{ readonly data: Float32Array }>

/** Samples with the names of their modes. */
export interface NamedModes {
  /** Of each sample, 0 to count - 1. */
  readonly modes: Int32Array
  /** 1 where a sample is of high quality. */
  readonly good: Uint8Array
}

export interface KnownModes {
  /** How many there are, equally likely. */
  readonly count: number
  /** Samples of a draw, as the literature has it. */
  readonly samples: number
  /** Whether a mode counts as covered by any sample of it, or only by one of high quality. */
  readonly coveredBy: 'any' | 'good'
  /** What they are, in words: `the 8 Gaussians of ring`. */
  readonly words: string
  /** How a sample gets its mode, and what high quality is. */
  readonly rule: string
  /** Of fresh real examples, row-major; another choice for each draw. */
  real(count: number, draw: number): Float32Array
  /** The data that a classifier must have learned for samples to be named; absent where none is needed. */
  readonly classifiedBy?: DataSplits
  /**
   * @param samples   row-major
   * @param classify  a classifier of `classifiedBy`
   */
  name(samples: Float32Array, classify?: Classify): Promise<NamedModes>
}
