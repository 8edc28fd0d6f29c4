// What the routes of the studio's server share.
import type { Startable } from '../answers/starting/index.ts'
import type { DataSplits } from '../data/node/index.ts'
import type { RunConfig, RunHead } from '../runs/index.ts'
import type { RunFolder, RunListing } from '../runs/node/index.ts'
import type { Engine } from '../runtime/engine.ts'
import type { LaunchedRuns } from './launched.ts'

/** Something that a request names and that is not there: answered with 404. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError'
}

export interface StudioContext {
  /** Absolute path, without links in it. */
  readonly folder: string
  /** The runs in the folder, newest first. */
  runs(): Promise<RunListing[]>
  /**
   * The run of this name, of whatever kind.
   *
   * @throws NotFoundError when the runs folder has none, or it is a link to somewhere else
   */
  open(name: string): Promise<RunFolder<RunHead>>
  /** The training of this name. @throws as `open`, and for runs of another kind */
  training(name: string): Promise<RunFolder>
  /** One engine of one thread for all requests, so that a training keeps its cores. */
  engine(): Promise<Engine>
  /** The data of a run, as recorded; the newest two are kept. */
  data(config: RunConfig): Promise<DataSplits>
  /** The runs that it started. */
  readonly launched: LaunchedRuns
  /** The kinds of runs that can be begun from a form. */
  readonly starts: readonly Startable[]
  /** Where a page or drawing of a run is shown, apart from the studio. */
  documentAddress(run: string, file: string): string
}
