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

/** Runs a study in a folder to its end, and gives what it told. */
export async function runTiny(
  place: string,
  study: StudyFile,
  more: Partial<StudyRequest> & {
    readonly processes?: number
    readonly onEvent?: (event: StudyEvent) => void
  } = {},
): Promise<StudyEvent[]> {
  const { processes = 2, onEvent, ...request } = more
  const store = join(place, 'store')
  const events: StudyEvent[] = []
  const work = runStudy({
    study,
    folder: join(place, study.name),
    store,
    command: ['sparring', 'study', 'tiny.yaml'],
    kinds: await tinyKinds(),
    driver: async (options) =>
      embeddedDriver({
        ...options,
        store,
        kinds: TINY_KINDS,
        processes,
        retry: { attempts: 2, backoff: 10 },
      }),
    ...request,
  })
  for await (const event of work) {
    events.push(event)
    onEvent?.(event)
  }
  return events
}
