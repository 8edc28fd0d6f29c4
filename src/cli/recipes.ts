// What the command line does with a run by its kind: goes on with it, makes its report anew, verifies it. A new kind is a row.
import type { RunHead } from '../runs/index.ts'
import { openAnyRun } from '../runs/node/index.ts'
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

/** By the name of the kind; each is loaded when a run of it is named. */
const FACES: Readonly<Record<RunHead['recipe'], () => Promise<RecipeFace>>> = {
  audit: async () => (await import('./audit-face.ts')).auditFace,
  training: async () => (await import('./training-face.ts')).trainingFace,
}

/** @throws DataError when the folder is no run */
export const faceOf = async (folder: string): Promise<RecipeFace> =>
  FACES[(await openAnyRun(folder)).recipe.name]!()
