// What "sparring verify" finds wrong in a run folder, of whatever kind.

export interface Flaw {
  /** Relative to the run folder. */
  readonly file: string
  /** What is wrong, in words. */
  readonly problem: string
  /** What can be done about it, in words. */
  readonly remedy: string
}

/** What was looked at, and what is wrong. */
export interface Verification {
  /** Absolute path of the run folder. */
  readonly folder: string
  readonly flaws: readonly Flaw[]
  /** Why the run cannot be continued as it is, in words. */
  readonly stuck?: string
  /** How much was looked at, by what it is. */
  readonly checked: Readonly<Record<string, number>>
  /** The same in words. */
  readonly looked: readonly string[]
}
