// What a source remembers is held against the machine's memory and a checkpoint's size before any of it is made.
import { expect, it } from 'vitest'
import { checkRemembered } from '../../src/lifecycle/remembered.ts'
import { rainbow } from '../../src/models/agent.ts'
import { settledOptions } from '../../src/models/model.ts'

/** Frames of the Atari 2600 take 7,056 bytes for what is new in them, and 22 for what else is known. */
const source = (memory: number) =>
  rainbow.source!(settledOptions(rainbow, rainbow.options.parse({ env: 'atari', memory })))

it('a memory of frames that the machine has not room for is told with the number that it has', () => {
  expect(() => checkRemembered(source(100_000), 4e9)).not.toThrow()
  expect(() => checkRemembered(source(100_000), 2e9)).toThrow(
    '--memory 100000: a memory of 100,000 frames takes 707.8 MB, expected at most the 500 MB that it may take of the 2 GB of this machine; choose --memory 70000 or less',
  )
})

it('a memory that no checkpoint could hold is told on any machine', () => {
  expect(() => checkRemembered(source(270_000), 1e12)).not.toThrow()
  expect(() => checkRemembered(source(1_000_000), 1e12)).toThrow(
    'a memory of 1,000,000 frames takes 7.1 GB, expected at most the 1.9 GB that it may take of a checkpoint, which holds it too; choose --memory 270000 or less',
  )
})
