// The watches of an agent: policies that collapse, and values that mean nothing.
import { describe, expect, it } from 'vitest'
import { agentWatches } from '../../src/watches/index.ts'
import { noticesOf, told } from './told.ts'

const agent = (highest?: number) => ({
  watches: agentWatches({ meanReturn: 'ret', value: 'value', sameAction: 'same', highest }),
})
/** Plays by chance, then learns. */
const learned = [
  { steps: 2000, ret: 3, value: 0.5, same: 0.5 },
  { steps: 2000, ret: 30, value: 8, same: 0.4 },
]

describe('an agent that is watched', () => {
  it('is not spoken of while it learns, whatever its networks began with, and where one action is the right one', () => {
    expect(told([{ steps: 2000, ret: 3, value: 25, same: 1 }, ...learned], agent(50))).toEqual([])
    // Freeway: always up.
    const freeway = [
      { steps: 2000, ret: 0, value: 0.1, same: 0.6 },
      { steps: 3000, ret: 20, value: 2, same: 1 },
    ]
    expect(told(freeway, agent())).toEqual([])
    // One that never learns has lost nothing.
    expect(told([{ steps: 6000, ret: 3, value: 0.5, same: 1, noise: 0.1 }], agent())).toEqual([])
  })

  it('is told to have collapsed when its return falls far below its best, and when it is back', () => {
    const fallen = { steps: 1500, ret: 8, value: 8, same: 0.5 }
    const notices = noticesOf([...learned, fallen, learned[1]!], agent())
    expect(notices.map(({ kind, severity }) => [kind, severity])).toEqual([
      ['policy-collapsed', 'warning'],
      ['policy-collapsed', 'info'],
    ])
    expect(notices[0]!.message).toMatch(
      /^episodes return 1\d\.\d, after 30\.0 at their best: the policy has collapsed\./,
    )
  })

  it('is told so earlier when one action is the best in all that it sees', () => {
    const somewhat = (same: number) => [...learned, { steps: 1500, ret: 20, value: 8, same }]
    expect(told(somewhat(0.5), agent())).toEqual([])
    const notices = noticesOf(somewhat(1), agent())
    expect(notices.map(({ kind }) => kind)).toEqual(['policy-collapsed'])
    expect(notices[0]!.message).toContain('one action is the best in ')
  })

  it('is told that values run away when they rise far above any return', () => {
    const away = [...learned, { steps: 1500, ret: 30, value: 400, same: 0.4 }]
    expect(told(away, agent()).map(([kind]) => kind)).toEqual(['values-runaway'])
    const notices = noticesOf(away, agent())
    expect(notices[0]!.message).toContain('the best return was 30.0: values run away')
  })

  it('is told that its values are at the highest return that it can learn', () => {
    const high = [...learned, { steps: 1500, ret: 60, value: 48, same: 0.4 }]
    expect(told(high, agent(50)).map(([kind]) => kind)).toEqual(['values-at-limit'])
    expect(told(high, agent())).toEqual([])
  })
})
