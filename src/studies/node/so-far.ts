// What a study knows before all its jobs have ended: written beside its results as they come, for those who watch.
import { programVersion } from '../../jobs/node/execute.ts'
import type { RunFolder } from '../../runs/node/index.ts'
import { STUDY_SO_FAR, type StudyConfig } from '../../runs/study.ts'
import { type StudyResult, type StudySoFar, type StudyTimes, soFarSchema } from '../../runs/study-result.ts'
import { DataError } from '../../util/errors.ts'
import { checkStudy } from '../file.ts'
import type { Plan } from '../plan.ts'
import { studyResult, studyTimes } from '../table.ts'
import type { Ledger } from './ledger.ts'

type Folder = Pick<RunFolder<StudyConfig>, 'folder' | 'config' | 'readFile' | 'writeFile'>

/**
 * What the results say that are there.
 *
 * @throws DataError when jobs that should be compared measured in different ways
 */
export function numbersSoFar(
  { config, folder }: Pick<Folder, 'config' | 'folder'>,
  plan: Plan,
  ledger: Pick<Ledger, 'known' | 'failures'>,
): { readonly result: Omit<StudyResult, 'figures'>; readonly times: StudyTimes } {
  const { $schema: _, ...told } = config.study
  const study = checkStudy(told, folder)
  const { known, failures } = ledger
  const found = new Map([...known].map(([id, { found: numbers }]) => [id, numbers] as const))
  const timed = new Map([...known].map(([id, { times: rows, machine }]) => [id, { rows, machine }] as const))
  return {
    result: studyResult(study, plan, found, { version: programVersion(), failures }),
    times: studyTimes(study, plan, timed),
  }
}

/** Milliseconds between two writings, at least. */
const PACE = 500
/** A writing is not followed by another before so many times what it took: a study of thousands of jobs has other work. */
const REST = 20

/** Keeps `so-far.json` up to date, not more often than that is worth. */
export function soFarKeeper(
  run: Folder,
  plan: Plan,
  ledger: Pick<Ledger, 'known' | 'failures' | 'done'>,
  now: () => number = () => performance.now(),
): {
  /** @param atLast  nothing will follow, so it is not too early. Default false */
  keepUp(atLast?: boolean): Promise<void>
} {
  let settled = -1
  let notBefore = Number.NEGATIVE_INFINITY
  return {
    async keepUp(atLast = false) {
      const count = ledger.known.size + ledger.failures.size
      const began = now()
      if (count === settled || (began < notBefore && !atLast)) return
      settled = count
      try {
        const { result, times } = numbersSoFar(run, plan, ledger)
        const soFar: StudySoFar = { result: { ...result, figures: [] }, times, results: ledger.done() }
        await run.writeFile(STUDY_SO_FAR, `${JSON.stringify(soFar)}\n`)
      } catch (error) {
        // Numbers that cannot be compared are an error of the end, when all of them are there and kept.
        if (!(error instanceof DataError)) throw error
      }
      notBefore = now() + Math.max(PACE, REST * (now() - began))
    },
  }
}

/** Reads it; undefined where there is none, or a power cut has left half of one. */
export async function readSoFar(run: Pick<Folder, 'readFile'>): Promise<StudySoFar | undefined> {
  const bytes = await run.readFile(STUDY_SO_FAR)
  if (!bytes) return undefined
  try {
    return soFarSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data
  } catch {
    return undefined
  }
}
