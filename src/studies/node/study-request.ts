// What is asked for when a study is run, and the jobs that it comes to on this machine.
import type { Driver, DriverOptions } from '../../jobs/driver.ts'
import type { KindTable } from '../../jobs/kind.ts'
import { dataHashes } from '../../jobs/node/data.ts'
import { programVersion } from '../../jobs/node/execute.ts'
import { KINDS } from '../../jobs/node/kinds.ts'
import type { Places } from '../../jobs/node/pool.ts'
import type { Job } from '../../jobs/request.ts'
import type { StudyFile } from '../file.ts'
import { type Plan, planStudy } from '../plan.ts'

export interface StudyRequest {
  readonly study: StudyFile
  /** Folder of the study: a new one, or its own. */
  readonly folder: string
  /** Address of the store. */
  readonly store: string
  /** Where files of published data sets are. */
  readonly dataDir?: string | undefined
  readonly command: readonly string[]
  /** Who does the jobs. */
  readonly driver: (options: DriverOptions & { readonly placesOf: (job: Job) => Places }) => Promise<Driver>
  /** Default: ours */
  readonly kinds?: KindTable | undefined
  readonly signal?: AbortSignal | undefined
}

/** The jobs of a study. */
export const planOf = (
  study: StudyFile,
  { kinds = KINDS, dataDir, signal }: Partial<StudyRequest>,
): Promise<Plan> =>
  planStudy(study, { kinds, hashes: dataHashes(dataDir), version: programVersion(), dataDir, signal })
