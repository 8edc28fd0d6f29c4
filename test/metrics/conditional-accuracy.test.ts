// How often samples are of the class that was asked for.
import { describe, expect, it } from 'vitest'
import { conditionalAccuracy } from '../../src/metrics/index.ts'
import { ConfigError, ShapeError } from '../../src/util/errors.ts'

describe('conditionalAccuracy', () => {
  it('counts by the class that was asked for', () => {
    const found = conditionalAccuracy([0, 1, 1, 2, 2, 0], [0, 1, 2, 2, 2, 1], { classes: 4 })
    expect(found).toMatchObject({
      value: 4 / 6,
      asked: [1, 2, 3, 0],
      right: [1, 1, 2, 0],
      n: { samples: 6 },
    })
  })

  it('is about one in so many for a generator that ignores the class', () => {
    const named = Int32Array.from({ length: 5000 }, (_, i) => i % 5)
    const asked = Int32Array.from({ length: 5000 }, (_, i) => Math.floor(i / 5) % 5)
    expect(conditionalAccuracy(named, asked, { classes: 5 }).value).toBe(0.2)
  })

  it('refuses no samples, other lengths, and classes that are not there', () => {
    expect(() => conditionalAccuracy([], [], { classes: 2 })).toThrow(ShapeError)
    expect(() => conditionalAccuracy([1], [1, 0], { classes: 2 })).toThrow(/got 1 and 2/)
    expect(() => conditionalAccuracy([0], [2], { classes: 2 })).toThrow(ConfigError)
    expect(() => conditionalAccuracy([0], [2], { classes: 2 })).toThrow(/class 2, expected 0 to 1/)
  })
})
