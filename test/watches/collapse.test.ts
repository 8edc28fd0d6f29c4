// The watch over whether fresh samples differ from each other.
import { describe, expect, it } from 'vitest'
import { type Notice, sampleDetector } from '../../src/training/detectors.ts'
import { COLLAPSE_FROM, COLLAPSE_RATIO, collapseWatch } from '../../src/watches/collapse.ts'

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
