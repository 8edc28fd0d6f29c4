// The detectors of a lost duel: once per episode, silent on healthy runs, the same again from the log.
import { describe, expect, it } from 'vitest'
import {
  balanceDetector,
  COLLAPSE_RATIO,
  collapseNotice,
  latentDetector,
  logDetector,
  type MetricsRow,
  type Notice,
  pixelDeviation,
  RUNAWAY_LOSS,
  WINDOW,
  WON_ACCURACY,
} from '../../src/training/detectors.ts'
import { randomStream } from '../../src/util/random.ts'

const names = { discriminatorAccuracy: 'accuracy', generatorLoss: 'loss' }

/** So many rows of one value each, with noise around it. */
interface Stretch {
  readonly steps: number
  readonly accuracy?: number
  readonly loss?: number
  readonly noise?: number
}
function rowsOf(stretches: readonly Stretch[]): MetricsRow[] {
  const random = randomStream(1, 'rows')
  let step = 0
  return stretches.flatMap(({ steps, accuracy = 0.65, loss = 1, noise = 0 }) =>
    Array.from({ length: steps }, () => ({
      step: step++,
      accuracy: Math.min(1, accuracy + noise * random.normal()),
      loss: loss * Math.exp(noise * random.normal()),
    })),
  )
}
function noticesOf(rows: readonly MetricsRow[]): Notice[] {
  const balance = balanceDetector(names)
  return rows.flatMap((row) => balance(row))
}
const kinds = (stretches: readonly Stretch[]): [string, number][] =>
  noticesOf(rowsOf(stretches)).map(({ kind, step }) => [kind, step])

describe('a discriminator that has won', () => {
  it('is told once, at the first step whose window says so', () => {
    expect(kinds([{ steps: 5 * WINDOW, accuracy: 1 }])).toEqual([['discriminator-won', WINDOW - 1]])
    // From 50% to 100%: more than 98% of the window must be new for a mean above 99%.
    const first = WINDOW + Math.floor(WINDOW * (1 - (1 - WON_ACCURACY) / 0.5))
    expect(
      kinds([
        { steps: WINDOW, accuracy: 0.5 },
        { steps: WINDOW, accuracy: 1 },
      ]),
    ).toEqual([['discriminator-won', first]])
  })

  it('is told again when it wins again after a recovery, but not after a moment of doubt', () => {
    const won = { steps: 2 * WINDOW, accuracy: 1 }
    expect(kinds([won, { steps: WINDOW, accuracy: 0.6 }, won]).length).toBe(2)
    expect(kinds([won, { steps: Math.floor(WINDOW / 50), accuracy: 0.5 }, won]).length).toBe(1)
    expect(kinds([won, { steps: WINDOW, accuracy: 0.97 }, won]).length).toBe(1)
  })

  it('is not told before the window is full, nor at the limit itself', () => {
    expect(kinds([{ steps: WINDOW - 1, accuracy: 1 }])).toEqual([])
    expect(kinds([{ steps: 3 * WINDOW, accuracy: 0.98, noise: 0.005 }])).toEqual([])
  })

  it('is described with the share of right answers, the window and a remedy', () => {
    const [notice] = noticesOf(rowsOf([{ steps: WINDOW, accuracy: 1 }]))
    expect(notice).toMatchObject({ kind: 'discriminator-won', severity: 'warning', step: WINDOW - 1 })
    expect(notice!.message).toContain(`right 100.0% of the time over ${WINDOW} steps`)
    expect(notice!.message).toContain('helps')
  })
})

describe('latents that are not used', () => {
  const told = (latentDim: number, stretches: readonly { steps: number; active: number }[]): Notice[] => {
    const detect = latentDetector(latentDim, 'active')
    let step = 0
    return stretches.flatMap(({ steps, active }) =>
      Array.from({ length: steps }, () => detect({ step: step++, active })).flat(),
    )
  }

  it('are told once per episode, from half of them on', () => {
    const lost = { steps: 3 * WINDOW, active: 1 }
    expect(told(2, [lost]).map(({ kind, step }) => [kind, step])).toEqual([['latents-unused', WINDOW - 1]])
    expect(told(2, [lost, { steps: 2 * WINDOW, active: 2 }, lost])).toHaveLength(2)
    expect(told(2, [{ steps: 3 * WINDOW, active: 2 }])).toEqual([])
    expect(told(16, [{ steps: 3 * WINDOW, active: 10 }])).toEqual([])
    expect(told(16, [{ steps: 3 * WINDOW, active: 8 }])).toHaveLength(1)
    expect(told(1, [{ steps: WINDOW, active: 0 }])[0]!.message).toContain('0.0 of the 1 number of')
  })

  it('are described with their number and a remedy', () => {
    const [{ message, severity }] = told(2, [{ steps: WINDOW, active: 1 }]) as [Notice]
    expect(severity).toBe('warning')
    expect(message).toMatch(/^only 1\.0 of the 2 numbers of the latent are in use over 500 steps/)
    expect(message).toContain('Another seed or a smaller beta helps.')
  })

  it('are looked for where the objective counts them, and a duel where there is one', () => {
    const rows = Array.from({ length: WINDOW }, (_, step) => ({ step, active: 0, accuracy: 1, loss: 1 }))
    const kindsOf = (objective: Parameters<typeof logDetector>[0]): string[] => {
      const detect = logDetector(objective)
      return rows.flatMap((row) => detect(row)).map(({ kind }) => kind)
    }
    const autoencoder = { encoder: 'encoder', decoder: 'decoder', latentDim: 2, range: 2 }
    expect(kindsOf({})).toEqual([])
    expect(kindsOf({ autoencoder })).toEqual([])
    expect(kindsOf({ duel: names, autoencoder: { ...autoencoder, active: 'active' } })).toEqual([
      'discriminator-won',
      'latents-unused',
    ])
  })
})

describe('a generator loss that runs away', () => {
  it('is told once per episode', () => {
    const high = { steps: 2 * WINDOW, loss: 2 * RUNAWAY_LOSS }
    expect(kinds([high]).map(([kind]) => kind)).toEqual(['generator-loss-runaway'])
    expect(kinds([high, { steps: 2 * WINDOW }, high]).length).toBe(2)
    expect(kinds([high, { steps: 2 * WINDOW, loss: 0.8 * RUNAWAY_LOSS }, high]).length).toBe(1)
  })

  it('is told with its mean', () => {
    const [notice] = noticesOf(rowsOf([{ steps: WINDOW, loss: 12.34 }]))
    expect(notice!.message).toContain(`averages 12.3 over ${WINDOW} steps`)
  })

  it('does not hide behind a single enormous loss, nor is it made up by one that is long gone', () => {
    const spike = { steps: 1, loss: 1e20 }
    expect(kinds([{ steps: WINDOW }, spike, { steps: 3 * WINDOW }])).toEqual([
      ['generator-loss-runaway', WINDOW],
    ])
    expect(
      kinds([spike, { steps: 2 * WINDOW }, { steps: 2 * WINDOW, loss: 1.5 * RUNAWAY_LOSS }]).map(
        ([kind]) => kind,
      ),
    ).toEqual(['generator-loss-runaway', 'generator-loss-runaway'])
  })
})

describe('both detectors', () => {
  it('are silent on the duel that the chapter shows', () => {
    const duel = rowsOf([
      { steps: 10, accuracy: 0.48, loss: 0.6, noise: 0.05 },
      { steps: 400, accuracy: 0.94, loss: 5, noise: 0.1 },
      { steps: 1600, accuracy: 0.8, loss: 2.2, noise: 0.2 },
      { steps: 8000, accuracy: 0.65, loss: 1, noise: 0.05 },
    ])
    expect(noticesOf(duel)).toEqual([])
  })

  it('speak for themselves in one run, in the order of the steps', () => {
    const found = kinds([
      { steps: WINDOW, accuracy: 1, loss: 2 },
      { steps: WINDOW, accuracy: 1, loss: 50 },
    ])
    expect(found.map(([kind]) => kind)).toEqual(['discriminator-won', 'generator-loss-runaway'])
  })

  it('say the same when a log is replayed and continued, wherever it is cut', () => {
    const rows = rowsOf([
      { steps: WINDOW, noise: 0.1 },
      { steps: 2 * WINDOW, accuracy: 1, loss: 30, noise: 0.01 },
      { steps: 2 * WINDOW, noise: 0.1 },
      { steps: 2 * WINDOW, accuracy: 1, noise: 0.001 },
    ])
    const whole = noticesOf(rows)
    expect(whole.length).toBe(3)
    for (const cut of [1, WINDOW, WINDOW + 490, 3 * WINDOW, rows.length - 1]) {
      const balance = balanceDetector(names)
      const before = rows.slice(0, cut).flatMap((row) => balance(row))
      const after = rows.slice(cut).flatMap((row) => balance(row))
      expect([...before, ...after]).toEqual(whole)
    }
  })

  it('are silent about metrics that are not logged', () => {
    const balance = balanceDetector({ discriminatorAccuracy: 'none', generatorLoss: 'neither' })
    expect(rowsOf([{ steps: 2 * WINDOW, accuracy: 1, loss: 99 }]).flatMap((row) => balance(row))).toEqual([])
  })
})

describe('the deviation of pixels', () => {
  it('is the mean over pixels of the deviation over images', () => {
    // Pixel 0 is 0, 1, 0, 1; pixel 1 is always .5; pixel 2 is 0, 0, 0, 1.
    const images = Float32Array.of(0, 0.5, 0, 1, 0.5, 0, 0, 0.5, 0, 1, 0.5, 1)
    expect(pixelDeviation(images, 4)).toBeCloseTo((0.5 + 0 + Math.sqrt(3) / 4) / 3, 12)
  })

  it('is 0 for equal images and not NaN for rounding', () => {
    const image = randomStream(1, 'image').fillUniform(new Float32Array(100))
    const copies = new Float32Array(300)
    for (const i of [0, 1, 2]) copies.set(image, 100 * i)
    expect(pixelDeviation(copies, 3)).toBeCloseTo(0, 6)
    expect(pixelDeviation(image, 1)).toBe(0)
  })
})

describe('the notice of collapsed samples', () => {
  const count = 16
  const real = randomStream(1, 'real').fillUniform(new Float32Array(count * 9))
  const deviation = pixelDeviation(real, count)
  /** Images that vary around a grey of one half by a share of what the real ones do. */
  const varying = (share: number): Float32Array => real.map((x) => 0.5 + share * (x - 0.5))

  it('comes when fresh samples vary by less than a tenth of what real examples do', () => {
    const notice = collapseNotice(4000, varying(0.9 * COLLAPSE_RATIO), count, deviation)
    expect(notice).toMatchObject({ step: 4000, kind: 'samples-collapsed', severity: 'warning' })
    expect(notice!.message).toContain(`${count} fresh samples are nearly identical`)
    expect(notice!.message).toContain(deviation.toFixed(4))
    expect(collapseNotice(4000, new Float32Array(count * 9).fill(0.3), count, deviation)).toBeDefined()
  })

  it('does not come for samples that vary, however noisily or faintly', () => {
    for (const share of [1.1 * COLLAPSE_RATIO, 0.5, 1])
      expect(collapseNotice(4000, varying(share), count, deviation)).toBeUndefined()
  })

  it('does not come before the window is over, when every network is still collapsed', () => {
    const same = new Float32Array(count * 9).fill(0.5)
    expect(collapseNotice(WINDOW - 1, same, count, deviation)).toBeUndefined()
    expect(collapseNotice(WINDOW, same, count, deviation)).toBeDefined()
  })

  it('does not come when the real examples are all the same', () => {
    expect(collapseNotice(4000, new Float32Array(count * 9).fill(0.5), count, 0)).toBeUndefined()
  })
})
