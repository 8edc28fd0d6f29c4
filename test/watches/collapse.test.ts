// The watch over whether fresh samples differ from each other.
import { describe, expect, it } from 'vitest'
import { type Notice, sampleDetector } from '../../src/training/detectors.ts'
import { COLLAPSE_FROM, COLLAPSE_RATIO, collapseWatch, modesReached } from '../../src/watches/collapse.ts'

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

  it('are told to be of a class where those of a class were compared', () => {
    const detect = sampleDetector({ watches: [collapseWatch()] })
    expect(detect(3900, { fresh: 0.06, real: 0.2, ofClass: true })).toEqual([])
    const [notice] = detect(4000, { fresh: 0.04, real: 0.2, ofClass: true })
    expect(notice!.message).toContain('fresh samples of a class are nearly identical')
    expect(notice!.message).toContain('those of real examples of a class by 0.2000')
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

describe('samples of data whose modes are known', () => {
  it('are told to be alike, not to leave modes out, where each class has one sample only', () => {
    const modes = modesReached([0, 1, 2, 3, 4, 5, 6, 7], 8)
    const [notice] = sampleDetector({ watches: [collapseWatch()] })(COLLAPSE_FROM, {
      ...{ fresh: 0.001, real: 0.02, ofClass: true, modes },
    })
    expect(notice!.message).toContain('of a class are nearly identical')
  })

  const varied = { fresh: 0.5, real: 0.5 }
  const reach = (reached: number, of = 8) =>
    modesReached(
      Array.from({ length: 50 * of }, (_, i) => i % reached),
      of,
    )

  it('reach the modes that have a tenth of their fair share, so that strays are none', () => {
    const strays = Array.from({ length: 400 }, (_, i) => (i < 4 ? 7 : i < 9 ? 6 : i % 3))
    expect(modesReached(strays, 8)).toMatchObject({ reached: 4, of: 8, samples: 400 })
    expect(modesReached([0, 1, 1], 1000)).toMatchObject({ reached: 2, of: 1000 })
    expect(modesReached(new Int32Array(1000), 1000).expected).toBeCloseTo(632.3, 1)
  })

  it('are told of by how many modes are left, and when they are reached again', () => {
    const detect = sampleDetector({ watches: [collapseWatch()] })
    const told = [8, 3, 4, 7, 8].flatMap((reached, i) =>
      detect(COLLAPSE_FROM + i, { ...varied, modes: reach(reached) }),
    )
    expect(told.map(({ step, severity, message }) => [step - COLLAPSE_FROM, severity, message])).toEqual([
      [1, 'warning', 'fresh samples leave modes out: 3 of 8 modes left in 400 samples (mode collapse).'],
      [4, 'info', 'over: fresh samples reach the modes again: 8 of 8 modes left in 400 samples.'],
    ])
  })

  it('are told of beside what as many real examples show, where those show fewer than all', () => {
    const modes = modesReached(
      Int32Array.from({ length: 1000 }, (_, i) => i % 90),
      1000,
    )
    const [notice] = sampleDetector({ watches: [collapseWatch()] })(COLLAPSE_FROM, { ...varied, modes })
    expect(notice!.message).toContain(
      '90 of 1000 modes left in 1000 samples, where as many real examples show 632',
    )
  })

  it('are collapsed where they are nearly identical, whatever mode they are nearest to', () => {
    const same = { fresh: 0.001, real: 1, modes: reach(8) }
    expect(sampleDetector({ watches: [collapseWatch()] })(COLLAPSE_FROM, same)).toHaveLength(1)
  })
})
