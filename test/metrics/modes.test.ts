// Modes covered, share of high quality and the divergences, by hand and against draws of a perfect sampler.
import { describe, expect, it } from 'vitest'
import { modeCoverage } from '../../src/metrics/modes.ts'
import { ConfigError, ShapeError } from '../../src/util/errors.ts'
import { randomStream } from '../../src/util/random.ts'

const options = { count: 4, coveredBy: 'good', rule: 'as told' } as const
const values = (...given: Parameters<typeof modeCoverage>) => modeCoverage(...given).map(({ value }) => value)

describe('modeCoverage', () => {
  it('counts modes, shares and divergences as written out', () => {
    const [modes, quality, kl, reverse] = values([0, 0, 0, 0, 1, 1, 2, 3], [1, 0, 1, 1, 0, 0, 1, 1], options)
    expect([modes, quality]).toEqual([3, 5 / 8])
    expect(kl).toBeCloseTo(0.5 * Math.log(2) + 0.25 * Math.log(1) + 2 * 0.125 * Math.log(0.5), 12)
    expect(reverse).toBeCloseTo(-0.25 * (Math.log(2) + Math.log(1) + 2 * Math.log(0.5)), 12)
  })

  it('covers a mode by any sample where quality does not count', () => {
    expect(values([0, 1], [0, 0], { ...options, coveredBy: 'any' })[0]).toBe(2)
    expect(values([0, 1], [0, 0], options)[0]).toBe(0)
  })

  it('has no value, but a reason, for a divergence that is infinite', () => {
    const [, , kl, reverse] = modeCoverage([0, 1, 0, 1], [1, 1, 1, 1], options)
    expect(kl.value).toBeCloseTo(Math.log(2), 12)
    expect(reverse).toMatchObject({ value: null, reason: '2 of 4 modes have no sample, so it is infinite' })
  })

  it('gives a perfect sampler of 1000 modes the published .019 at 26,000 samples', () => {
    const random = randomStream(1, 'modes')
    const drawn = Int32Array.from({ length: 26_000 }, () => random.integer(1000))
    const [modes, , kl] = values(drawn, new Uint8Array(26_000), { ...options, count: 1000, coveredBy: 'any' })
    expect(modes).toBe(1000)
    expect(Math.abs(kl! - 0.0192)).toBeLessThan(0.002)
  })

  it('refuses samples without a quality and modes that are not there', () => {
    expect(() => modeCoverage([0], [], options)).toThrow(ShapeError)
    expect(() => modeCoverage([], [], options)).toThrow('at least one, got 0 and 0')
    expect(() => modeCoverage([4], [1], options)).toThrow(ConfigError)
    expect(() => modeCoverage([4], [1], options)).toThrow('sample 0 has mode 4, expected 0 to 3')
  })
})
