// The detectors of a lost training: silent before they can tell, once per episode, the same again from the log. What real
// trainings make them say is in alarms.test.ts.
import { describe, expect, it } from 'vitest'
import {
  alarmsOf,
  logDetector,
  type MetricsRow,
  type Notice,
  sampleDetector,
  type Watched,
} from '../../src/training/detectors.ts'
import { pixelDeviation } from '../../src/training/sample-variety.ts'
import { randomStream } from '../../src/util/random.ts'
import { COLLAPSE_FROM, COLLAPSE_RATIO, collapseWatch } from '../../src/watches/collapse.ts'
import { type Descent, descentWatches, RISEN_LOSS } from '../../src/watches/descent.ts'
import { DUEL_FROM, type DuelMetrics, duelWatches, RUNAWAY_LOSS } from '../../src/watches/duel.ts'
import { latentWatch } from '../../src/watches/latents.ts'
import { LOOK, WINDOW } from '../../src/watches/watch.ts'
import { tinyGan } from './tiny-gan.ts'

const duelOf = (metrics: DuelMetrics): Watched => ({ watches: duelWatches(metrics) })
const duel = duelOf({ discriminatorAccuracy: 'accuracy', generatorLoss: 'loss' })
const autoencoder = (latentDim: number): Watched => ({ watches: [latentWatch(latentDim, 'active')] })
const descentOf = (descent: Descent): Watched => ({ watches: descentWatches(descent) })

/** So many rows of one value each, with noise around it. */
interface Stretch {
  readonly steps: number
  readonly noise?: number
  readonly [metric: string]: number
}
function rowsOf(stretches: readonly Stretch[]): MetricsRow[] {
  const random = randomStream(1, 'rows')
  let step = 0
  return stretches.flatMap(({ steps, noise = 0, ...values }) =>
    Array.from({ length: steps }, () => ({
      step: step++,
      ...Object.fromEntries(
        Object.entries({ accuracy: 0.65, loss: 1, ...values }).map(([name, value]) => [
          name,
          name === 'accuracy'
            ? Math.min(1, value + noise * random.normal())
            : value * Math.exp(noise * random.normal()),
        ]),
      ),
    })),
  )
}
function noticesOf(stretches: readonly Stretch[], objective: Watched = duel): Notice[] {
  const detect = logDetector(objective)
  return rowsOf(stretches).flatMap((row) => detect(row))
}
const told = (stretches: readonly Stretch[], objective?: Watched) =>
  noticesOf(stretches, objective).map(({ kind, severity, step }) => [kind, severity, step])

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
    const [begins, ends] = noticesOf([won, even])
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
    expect(noticesOf([low, { steps: 3 * WINDOW, loss: 210 }])[0]!.message).toMatch(
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

describe('latents that are not used', () => {
  const lost = { steps: 3 * WINDOW, active: 1 }
  it('are told once per episode, from half of them on', () => {
    expect(told([lost], autoencoder(2))).toEqual([['latents-unused', 'warning', WINDOW]])
    expect(told([lost, { steps: 2 * WINDOW, active: 2 }, lost], autoencoder(2))).toHaveLength(3)
    expect(told([{ steps: 3 * WINDOW, active: 2 }], autoencoder(2))).toEqual([])
    expect(told([{ steps: 3 * WINDOW, active: 10 }], autoencoder(16))).toEqual([])
    expect(told([{ steps: 3 * WINDOW, active: 8 }], autoencoder(16))).toHaveLength(1)
  })
  it('are described with their number and a remedy', () => {
    const [{ message }] = noticesOf([lost], autoencoder(2)) as [Notice]
    expect(message).toMatch(/^only 1\.0 of the 2 numbers of the latent are in use over 500 steps/)
    expect(message).toContain('Another seed or a smaller beta helps.')
  })
})

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

describe('collapsed samples', () => {
  const [same, faint, fine] = [0.9 * COLLAPSE_RATIO.lost, 1.5 * COLLAPSE_RATIO.lost, 0.5]
  const steps = (deviations: readonly number[]): [number, number][] =>
    deviations.map((deviation, i) => [COLLAPSE_FROM + 100 * i, deviation])
  /** What the samples are told of, where real examples vary by this. */
  const collapseDetector = (real: number, told?: readonly Notice[]) => {
    const detect = sampleDetector({ watches: [collapseWatch()] }, told)
    return (step: number, fresh: number): Notice[] => detect(step, { fresh, real })
  }
  const severities = (deviations: readonly number[], detect = collapseDetector(1)) =>
    steps(deviations).flatMap(([step, deviation]) => detect(step, deviation).map(({ severity }) => severity))

  it('are told once per episode: when they vary by little, and when they clearly vary again', () => {
    expect(severities([fine, same, same, faint, same, fine, fine, same])).toEqual([
      'warning',
      'info',
      'warning',
    ])
    const [notice] = collapseDetector(0.2)(4000, 0.004)
    expect(notice).toMatchObject({ step: 4000, kind: 'samples-collapsed', severity: 'warning' })
    expect(notice!.message).toContain('vary by 0.0040, those of real examples by 0.2000')
  })

  it('are not told while networks are still as they began, nor of samples that vary faintly', () => {
    expect(collapseDetector(1)(COLLAPSE_FROM - 1, 0)).toEqual([])
    expect(severities([faint, fine, faint])).toEqual([])
    expect(severities([0, 0], collapseDetector(0))).toEqual([])
  })

  it('are told the same when a run continues after the notices it left', () => {
    const deviations = [fine, same, same, fine, same]
    const whole = severities(deviations)
    for (let cut = 0; cut <= deviations.length; cut++) {
      const first = collapseDetector(1)
      const before = steps(deviations)
        .slice(0, cut)
        .flatMap(([step, deviation]) => first(step, deviation))
      const then = collapseDetector(1, before)
      const after = steps(deviations)
        .slice(cut)
        .flatMap(([step, deviation]) => then(step, deviation))
      expect([...before, ...after].map(({ severity }) => severity)).toEqual(whole)
    }
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
