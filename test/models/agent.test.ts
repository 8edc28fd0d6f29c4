// The networks of agents: which layers look at what environments show.
import { describe, expect, it } from 'vitest'
import { actionNetwork } from '../../src/models/action-network.ts'
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
