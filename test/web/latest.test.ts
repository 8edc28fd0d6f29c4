// Work for the newest of many.
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { newestOnly } from '../../web/src/lib/latest.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Work that takes a time, and what was begun when. */
function work(milliseconds: number) {
  const begun: [number, number][] = []
  const start = performance.now()
  return {
    begun,
    async do(given: number) {
      begun.push([performance.now() - start, given])
      await new Promise((resolve) => setTimeout(resolve, milliseconds))
    },
  }
}

it('the first is done at once, of those that come meanwhile only the newest', async () => {
  const { begun, do: run } = work(10)
  const asked = newestOnly(run, 100)
  asked.give(1)
  await vi.advanceTimersByTimeAsync(5)
  asked.give(2)
  asked.give(3)
  await vi.advanceTimersByTimeAsync(500)
  expect(begun).toEqual([
    [0, 1],
    [100, 3],
  ])
})

it('never two at a time, and a slow one is not followed by a wait', async () => {
  const { begun, do: run } = work(250)
  const asked = newestOnly(run, 100)
  asked.give(1)
  await vi.advanceTimersByTimeAsync(120)
  asked.give(2)
  await vi.advanceTimersByTimeAsync(500)
  expect(begun.map(([, given]) => given)).toEqual([1, 2])
  // A timer of no milliseconds takes one.
  expect(begun[1]![0]).toBeLessThanOrEqual(251)
  expect(begun[1]![0]).toBeGreaterThanOrEqual(250)
})

it('what is stopped is not done any more', async () => {
  const { begun, do: run } = work(10)
  const asked = newestOnly(run, 100)
  asked.give(1)
  await vi.advanceTimersByTimeAsync(20)
  asked.give(2)
  asked.stop()
  await vi.advanceTimersByTimeAsync(500)
  expect(begun).toEqual([[0, 1]])
})

it('goes on after work that failed, and tells', async () => {
  const errors: string[] = []
  const done: number[] = []
  const asked = newestOnly(
    async (given: number) => {
      if (given === 1) throw new Error('one')
      done.push(given)
    },
    0,
    ({ message }) => errors.push(message),
  )
  asked.give(1)
  await vi.advanceTimersByTimeAsync(20)
  asked.give(2)
  await vi.advanceTimersByTimeAsync(20)
  expect([errors, done]).toEqual([['one'], [2]])
})

it('begins nothing once stopped', async () => {
  const { begun, do: run } = work(10)
  const asked = newestOnly(run, 0)
  asked.stop()
  asked.give(1)
  await vi.advanceTimersByTimeAsync(100)
  expect(begun).toEqual([])
})
