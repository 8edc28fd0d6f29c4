// What the command line needs to know of a kind of run.
import type { Verification } from '../runs/verification.ts'
import type { Session } from './session.ts'

/** What may be said when a run goes on. */
export interface ResumeFlags {
  readonly threads?: number
  readonly dataDir?: string
  /** Of a training: the file of its game. */
  readonly rom?: string
  readonly acceptLosses?: boolean
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
