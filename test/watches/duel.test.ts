// The watches of a duel: silent before it can be judged, once per episode, with words for both its ends.
import { describe, expect, it } from 'vitest'
import { DUEL_FROM, duelWatches, RUNAWAY_LOSS } from '../../src/watches/duel.ts'
import { WINDOW } from '../../src/watches/watch.ts'
import { noticesOf, type Stretch, told as toldOf } from './told.ts'

const duel = {
  watches: duelWatches({ discriminatorAccuracy: 'accuracy', generatorLoss: 'loss' }),
}
const told = (stretches: readonly Stretch[]) => toldOf(stretches, duel)

describe('a discriminator that has won', () => {
  const won = { steps: 2 * WINDOW, accuracy: 1 }
  const even = { steps: 2 * WINDOW, accuracy: 0.65 }

  it('is told once, not before a duel can be judged', () => {
    expect(told([{ steps: DUEL_FROM, accuracy: 1 }])).toEqual([])
    expect(told([{ steps: 5 * WINDOW, accuracy: 1 }])).toEqual([['discriminator-won', 'warning', DUEL_FROM]])
  })

  it('is not told of one that wins at first, as it does in every healthy run', () => {
    expect(
      told([
        { steps: DUEL_FROM / 2, accuracy: 1 },
        { steps: 5 * WINDOW, accuracy: 0.9 },
      ]),
    ).toEqual([])
  })

  it('is over when it errs again, and told again when it wins again; a moment of doubt is neither', () => {
    expect(told([won, even, won]).map(([, severity]) => severity)).toEqual(['warning', 'info', 'warning'])
    expect(told([won, { steps: WINDOW / 50, accuracy: 0.5 }, won])).toHaveLength(1)
    expect(told([won, { steps: WINDOW, accuracy: 0.99 }, won])).toHaveLength(1)
  })

  it('is described with the share of right answers, the window and a remedy', () => {
    const [begins, ends] = noticesOf([won, even], duel)
    expect(begins!.message).toMatch(/right (?:99\.9|100\.0)% of the time over 500 steps/)
    expect(begins!.message).toContain('helps')
    expect(ends!.message).toMatch(/^over: the discriminator is right \d\d\.\d% of the time/)
  })
})

describe('a generator that has won', () => {
  it('is told of a discriminator that died and is always wrong', () => {
    const dead = { steps: 3 * WINDOW, accuracy: 0, loss: 0.69 }
    expect(told([dead])).toEqual([['generator-won', 'warning', WINDOW]])
  })

  it('is told where the discriminator guesses and takes samples for real, not where a good duel ends', () => {
    const fooled = { steps: 3 * WINDOW, accuracy: 0.45, loss: 0.3 }
    expect(told([fooled])).toEqual([['generator-won', 'warning', WINDOW]])
    expect(told([fooled, { steps: 2 * WINDOW, accuracy: 0.62, loss: 0.8 }]).map(([, s]) => s)).toEqual([
      'warning',
      'info',
    ])
    expect(told([{ steps: 3 * WINDOW, accuracy: 0.5, loss: 0.69 }])).toEqual([])
    expect(
      told([
        { steps: 600, accuracy: 0.98, loss: 0.01 },
        { steps: 2 * WINDOW, accuracy: 0.6, loss: 0.8 },
      ]),
    ).toEqual([])
  })
})

describe('a generator loss that runs away', () => {
  const low = { steps: 2 * WINDOW }
  const high = { steps: 3 * WINDOW, loss: 2 * RUNAWAY_LOSS.lost }

  it('is told once per episode, with its mean, and not where it is high but does not rise', () => {
    expect(told([low, high]).map(([kind]) => kind)).toEqual(['generator-loss-runaway'])
    expect(told([low, high, low, high])).toHaveLength(3)
    expect(told([high])).toEqual([])
    expect(told([low, high, { steps: 2 * WINDOW, loss: 0.9 * RUNAWAY_LOSS.lost }, high])).toHaveLength(1)
    expect(noticesOf([low, { steps: 3 * WINDOW, loss: 210 }], duel)[0]!.message).toMatch(
      /averages \d\d\.\d over 500 steps, after 1\.0/,
    )
  })

  it('is not told of the peak at the start that the chapter shows', () => {
    expect(
      told([
        { steps: 100, accuracy: 0.99, loss: 5, noise: 0.1 },
        { steps: 400, accuracy: 0.96, loss: 14, noise: 0.1 },
        { steps: 600, accuracy: 0.95, loss: 8, noise: 0.2 },
        { steps: 6000, accuracy: 0.8, loss: 2.2, noise: 0.2 },
        { steps: 6000, accuracy: 0.65, loss: 1, noise: 0.05 },
      ]),
    ).toEqual([])
  })

  it('does not stay on because of one enormous loss that is long gone', () => {
    const spike = { steps: 1, loss: 1e20 }
    expect(
      told([{ steps: 3 * WINDOW }, spike, { steps: 3 * WINDOW }]).map(([, severity]) => severity),
    ).toEqual(['warning', 'info'])
  })
})
