// What the command line needs to know of a kind of run.
import type { Session } from './session.ts'

/** What may be said when a run goes on. */
export interface ResumeFlags {
  readonly threads?: number
  readonly dataDir?: string
  readonly acceptLosses?: boolean
}

/** What `sparring verify` found. */
export interface Verification {
  /** Absolute path of the run folder. */
  readonly folder: string
  readonly flaws: readonly { readonly file: string; readonly problem: string; readonly remedy: string }[]
  /** Why the run cannot be continued as it is, in words. */
  readonly stuck?: string
  /** How much was looked at, by what it is. */
  readonly checked: Readonly<Record<string, number>>
  /** The same in words. */
  readonly looked: readonly string[]
}

export interface RecipeFace {
  /** Goes on with an interrupted run, draws what happens, and tells its end. */
  resume(folder: string, flags: ResumeFlags, session: Session): Promise<void>
  /** Makes what is made from the run's records. Returns paths by name, and what could not be made, in words. */
  report(
    folder: string,
    flags: Pick<ResumeFlags, 'dataDir'>,
  ): Promise<{ readonly files: Readonly<Record<string, string>>; readonly problems: readonly string[] }>
  /** Looks at every file of a run. Changes nothing. */
  verify(folder: string): Promise<Verification>
}
