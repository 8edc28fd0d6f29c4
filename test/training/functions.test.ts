// What an objective offers, at work: drawn inputs, and functions on weights wherever they lie.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { offeredBy } from '../../src/objectives/offer.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { frozen, openFunction } from '../../src/training/functions.ts'
import { initialState } from '../../src/training/state.ts'
import { stepGraph } from '../../src/training/step.ts'
import { columnsOf, tinyGan } from './tiny-gan.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
})
afterAll(() => engine.close())

describe('a function that is open for some inputs at a time', () => {
  it('refuses latents of another length', async () => {
    const { state } = stepGraph(tinyGan(), { batchSize: 2, columns: columnsOf([2, 2, 1]) })
    const weights = frozen(engine, initialState(state, 1))
    const opened = await openFunction(weights, offeredBy(tinyGan(), 'generate')!, 2)
    await expect(opened.run({ input: new Float32Array(5) })).rejects.toThrow(
      '"generator" takes 2 inputs input [3] at once, 6 numbers in all; got 5',
    )
    await opened.close()
  })
})
