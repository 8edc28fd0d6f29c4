// Watches at work: the same again from the log wherever it is cut, and what a run records of them. What each looks for is
// in test/watches; what real trainings make them say is in alarms.test.ts.
import { describe, expect, it } from 'vitest'
import { alarmsOf, logDetector } from '../../src/training/detectors.ts'
import { descentWatches } from '../../src/watches/descent.ts'
import { DUEL_FROM, duelWatches } from '../../src/watches/duel.ts'
import { LOOK, WINDOW } from '../../src/watches/watch.ts'
import { rowsOf, told } from '../watches/told.ts'
import { tinyGan } from './tiny-gan.ts'

const duel = { watches: duelWatches({ discriminatorAccuracy: 'accuracy', generatorLoss: 'loss' }) }

describe('detectors of the log', () => {
  it('say the same when a log is replayed and continued, wherever it is cut', () => {
    const rows = rowsOf([
      { steps: DUEL_FROM, noise: 0.1 },
      { steps: 2 * WINDOW, accuracy: 1, loss: 30, noise: 0.001 },
      { steps: 2 * WINDOW, noise: 0.1 },
      { steps: 2 * WINDOW, accuracy: 1, noise: 0.0001 },
    ])
    const detect = logDetector(duel)
    const whole = rows.flatMap((row) => detect(row))
    expect(whole.length).toBe(5)
    for (const cut of [1, LOOK, WINDOW, DUEL_FROM + 490, DUEL_FROM + WINDOW + 1, rows.length - 1]) {
      const again = logDetector(duel)
      const before = rows.slice(0, cut).flatMap((row) => again(row))
      const after = rows.slice(cut).flatMap((row) => again(row))
      expect([...before, ...after]).toEqual(whole)
    }
  })

  it('are silent about metrics that are not logged, and about objectives that declare none', () => {
    const none = {
      watches: [
        ...duelWatches({ discriminatorAccuracy: 'none', generatorLoss: 'neither' }),
        ...descentWatches({ loss: 'nothing' }),
      ],
    }
    expect(told([{ steps: 3 * WINDOW, accuracy: 1, loss: 99 }], none)).toEqual([])
    expect(told([{ steps: 3 * WINDOW, accuracy: 1, loss: 99 }], {})).toEqual([])
  })
})

describe('the alarms that a run records', () => {
  const from = (sampleEvery: number, steps = 10_000) =>
    alarmsOf(tinyGan(), { sampleEvery, steps }).find(({ kind }) => kind === 'samples-collapsed')?.from
  it('name the first step of which there are samples to judge', () => {
    expect([100, 400, 5000].map((every) => from(every))).toEqual([500, 800, 5000])
    // The last step has samples too.
    expect(from(5000, 2001)).toBe(2000)
    expect(from(100, 14)).toBe(500)
  })
  it('have none for samples that are never made', () => expect(from(0)).toBeUndefined())
})
