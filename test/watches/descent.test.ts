// The watches of a loss that falls as its networks learn.
import { describe, expect, it } from 'vitest'
import { type Descent, descentWatches, RISEN_LOSS } from '../../src/watches/descent.ts'
import { WINDOW } from '../../src/watches/watch.ts'
import { told } from './told.ts'

const descentOf = (descent: Descent) => ({ watches: descentWatches(descent) })

describe('a loss that should fall', () => {
  it('is told when it rises far above where it was, and when it is back', () => {
    const descent = descentOf({ loss: 'loss' })
    const rise = { steps: 2 * WINDOW, loss: 2 * RISEN_LOSS.lost }
    expect(
      told([{ steps: 2 * WINDOW, loss: 1 }, rise, { steps: 2 * WINDOW, loss: 1 }], descent).map(([, s]) => s),
    ).toEqual(['warning', 'info'])
    expect(
      told(
        [
          { steps: 2 * WINDOW, loss: 1 },
          { steps: 2 * WINDOW, loss: 1.1 },
        ],
        descent,
      ),
    ).toEqual([])
  })
  it('is told when it stays at that of chance', () => {
    const descent = descentOf({ loss: 'loss', chance: Math.log(10) })
    expect(told([{ steps: 3 * WINDOW, loss: 2.31 }], descent)).toEqual([
      ['nothing-learned', 'warning', WINDOW],
    ])
    expect(
      told(
        [
          { steps: 200, loss: 2.31 },
          { steps: 1000, loss: 0.4 },
        ],
        descent,
      ),
    ).toEqual([])
  })
})
