// The jobs of a study as pages show them, from its records.
import { expect, it } from 'vitest'
import type { JournalRow, ResultRow } from '../../src/runs/study.ts'
import type { StudyJob } from '../../src/runs/study-result.ts'
import { groupsOf, jobsOf, progressWords } from '../../web/src/lib/study-jobs.ts'

const job = (name: string, more: Partial<StudyJob> = {}): StudyJob => ({
  id: `id of ${name}`,
  name,
  kind: 'training',
  group: 'vae',
  ...more,
})
const result = (name: string, more: Partial<ResultRow> = {}): ResultRow => ({
  step: 0,
  job: `id of ${name}`,
  name,
  group: 'vae',
  values: {},
  found: false,
  ...more,
})
const told = (name: string, event: JournalRow['event'], message?: string): JournalRow => ({
  step: 0,
  at: '2026-01-01T00:00:00.000Z',
  job: `id of ${name}`,
  name,
  event,
  attempt: 1,
  ...(message ? { message } : {}),
})
const running = (...parts: { name: string; share: number; folder?: string }[]) => ({
  state: 'running' as const,
  doing: { what: '', share: 0, parts },
})

it('every state of a job is told by the records', () => {
  const jobs = jobsOf(
    [job('a', { seed: 1 }), job('b'), job('c'), job('d'), job('e', { failed: 'no memory' }), job('f')],
    [
      result('a', { folder: 'runs/a', seconds: 2 }),
      result('b', { found: true }),
      result('f', { failed: 'diverged', folder: 'runs/f' }),
    ],
    [told('a', 'started'), told('d', 'retried', 'the disk is full')],
    running({ name: 'c', share: 0.4, folder: 'runs/c' }),
  )
  expect(jobs.get('a')).toEqual({
    name: 'a',
    label: 'seed 1',
    state: 'finished',
    folder: 'runs/a',
    seconds: 2,
  })
  expect(jobs.get('b')).toMatchObject({ label: 'b', state: 'found' })
  expect(jobs.get('c')).toMatchObject({ state: 'running', share: 0.4, folder: 'runs/c' })
  expect(jobs.get('d')).toMatchObject({ state: 'waiting', why: 'tried before: the disk is full' })
  expect(jobs.get('e')).toMatchObject({ state: 'failed', why: 'no memory' })
  expect(jobs.get('f')).toMatchObject({ state: 'failed', why: 'diverged', folder: 'runs/f' })
  expect(progressWords([...jobs.values()])).toBe('2 of 6 done, 2 failed')
})

it('nothing runs in a study that was stopped, whatever its last status said', () => {
  const jobs = jobsOf([job('a')], [], [told('a', 'started')], {
    ...running({ name: 'a', share: 0.5 }),
    state: 'stopped',
  })
  expect(jobs.get('a')).toEqual({ name: 'a', label: 'a', state: 'waiting' })
})

it('groups have their jobs in the order of the table', () => {
  const jobs = jobsOf([job('a'), job('b')], [result('b')], [], { state: 'finished' })
  const panel = { title: 'digits', groups: [{ label: 'vae', axes: {}, jobs: ['b', 'a', 'gone'] }] }
  expect(groupsOf({ panels: [panel as never] }, jobs)).toEqual([
    { title: 'digits', groups: [{ label: 'vae', jobs: [jobs.get('b'), jobs.get('a')] }] },
  ])
})
