// Agents: which layers look at what environments show, and what is usual in which game.
import { describe, expect, it } from 'vitest'
import { actionNetwork } from '../../src/models/action-network.ts'
import { dqn, rainbow } from '../../src/models/agent.ts'
import { settledOptions } from '../../src/models/model.ts'
import { summarize } from '../../src/models/summary.ts'

describe('the network of an agent', () => {
  const total = (options: Parameters<typeof actionNetwork>[0]) => summarize(actionNetwork(options)).total

  it('looks at pictures as that of Dopamine: 4,200,402 weights for six actions of 51 returns', () => {
    const given = { observation: [84, 84, 4], actions: 6 }
    expect(total({ ...given, perAction: 51 })).toBe(4_200_402)
    // Of Mnih et al. 2015 with SAME padding.
    expect(total(given)).toBe(4_046_502)
    const rows = summarize(actionNetwork(given)).layers.map(({ outputShape }) =>
      outputShape.slice(-3).join('x'),
    )
    expect(rows).toEqual(expect.arrayContaining(['21x21x32', '11x11x64', 'x7744', 'x512']))
  })

  it('looks at small grids with one convolution, and at a few numbers with none', () => {
    expect(total({ observation: [10, 10, 6], actions: 6 })).toBe(880 + (8 * 8 * 16 + 1) * 128 + 129 * 6)
    expect(total({ observation: [4], actions: 2 })).toBe(5 * 128 + 129 * 128 + 129 * 2)
  })
})

describe('what is usual for an agent', () => {
  const settled = (model: typeof rainbow, given: object) => settledOptions(model, model.options.parse(given))

  it('is told of small grids, unless the game says more', () => {
    const usual = {
      learningStarts: 1000,
      learningRate: 2.5e-4,
      adamEpsilon: 3.125e-4,
      targetEvery: 250,
      explore: 100_000,
      lastEpsilon: 0.01,
      copies: 4,
    }
    expect(settled(rainbow, {})).toMatchObject({ ...usual, lowest: 0, highest: 50 })
    expect(settled(dqn, { env: 'cart-pole' })).toMatchObject(usual)
    expect(settled(dqn, {})).not.toHaveProperty('highest')
  })

  it('is what Dopamine has on Atari, where nothing else is asked for', () => {
    const asked = settled(rainbow, { env: 'atari', targetEvery: 500 })
    expect(asked).toMatchObject({
      learningStarts: 20_000,
      learningRate: 6.25e-5,
      adamEpsilon: 1.5e-4,
      targetEvery: 500,
      explore: 250_000,
      lastEpsilon: 0.01,
      copies: 4,
      atoms: 51,
      lowest: -10,
      highest: 10,
      gamma: 0.99,
      nStep: 3,
    })
    expect(settledOptions(rainbow, asked)).toEqual(asked)
    expect(rainbow.options.shape.targetEvery!.description).toContain('(default: 250; with --env atari 2000)')
  })
})
