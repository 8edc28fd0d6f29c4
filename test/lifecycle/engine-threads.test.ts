// Threads of an engine, held against the cores that there are.
import { expect, it } from 'vitest'
import { engineThreads } from '../../src/lifecycle/engine-threads.ts'

it('an engine gets the threads that were asked for, and chooses for 0', () => {
  expect(engineThreads(0, 2)).toEqual({})
  expect(engineThreads(3, 2)).toEqual({ threads: 3 })
  expect(engineThreads(16, 1)).toEqual({ threads: 16 })
  expect(engineThreads(256, 64)).toEqual({ threads: 256 })
})

it('more threads than cores can make use of are refused, with both numbers', () => {
  expect(() => engineThreads(17, 1)).toThrow(
    '--threads 17: expected at most 16 on this machine of 1 core; more only wait for each other. Choose fewer, or 0 for one per core',
  )
  expect(() => engineThreads(256, 8)).toThrow('--threads 256: expected at most 32 on this machine of 8 cores')
})
