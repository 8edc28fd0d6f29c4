// Studies of jobs that only count, for tests.
import { join } from 'node:path'
import type { KindTable } from '../../src/jobs/kind.ts'
import { embeddedDriver } from '../../src/jobs/node/embedded.ts'
import { checkStudy, type StudyFile } from '../../src/studies/file.ts'
import type { StudyEvent } from '../../src/studies/node/events.ts'
import { runStudy } from '../../src/studies/node/run-study.ts'
import type { StudyRequest } from '../../src/studies/node/study-request.ts'
import { TINY_KINDS } from '../contracts/driver.ts'

export const tinyKinds = async (): Promise<KindTable> =>
  ((await import(TINY_KINDS)) as { readonly KINDS: KindTable }).KINDS

export const countingStudy = (more: object = {}): StudyFile =>
  checkStudy(
    {
      name: 'count',
      kind: 'counting',
      grid: { steps: [2, 3] },
      seeds: [1, 2, 3],
      measures: ['value'],
      ...more,
    },
    'a test',
  )

export interface RunOptions extends Partial<StudyRequest> {
  /** How its jobs are done. Default: two processes */
  readonly jobs?: Partial<Parameters<typeof embeddedDriver>[0]>
  /** It is stopped after so many results. */
  readonly until?: number
  readonly onEvent?: (event: StudyEvent) => void
}

const ended = (events: readonly StudyEvent[]): number => events.filter(({ type }) => type === 'result').length

/** Runs a study below a place, which keeps its store too, and gives what it told. */
export async function runAt(
  place: string,
  study: StudyFile,
  { jobs, until = Number.POSITIVE_INFINITY, onEvent, ...request }: RunOptions = {},
): Promise<StudyEvent[]> {
  const stop = new AbortController()
  const store = join(place, 'store')
  const events: StudyEvent[] = []
  const work = runStudy({
    study,
    folder: join(place, study.name),
    store,
    command: ['sparring', 'study', 'tiny.yaml'],
    driver: async (options) => embeddedDriver({ ...options, store, processes: 2, ...jobs }),
    signal: stop.signal,
    ...request,
  })
  for await (const event of work) {
    events.push(event)
    onEvent?.(event)
    if (ended(events) >= until) stop.abort()
  }
  return events
}

/** The same with jobs that only count. */
export const runTiny = async (
  place: string,
  study: StudyFile,
  { processes = 2, ...more }: RunOptions & { readonly processes?: number } = {},
): Promise<StudyEvent[]> =>
  runAt(place, study, {
    kinds: await tinyKinds(),
    jobs: { kinds: TINY_KINDS, processes, retry: { attempts: 2, backoff: 10 } },
    ...more,
  })
