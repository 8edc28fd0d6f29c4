// What networks say, in words and numbers.
import { describe, expect, it } from 'vitest'
import { best, guesses, percent, softmax, verdict } from '../../web/src/lib/verdict.ts'

describe('words', () => {
  it.each([
    [1, 'Almost surely real'],
    [0.95, 'Almost surely real'],
    [0.8, 'Probably real'],
    [0.6, 'Rather real'],
    [0.5, 'Undecided'],
    [0.449, 'Rather generated'],
    [0.2, 'Probably generated'],
    [0.01, 'Almost surely generated'],
    [0, 'Almost surely generated'],
    [Number.NaN, 'No verdict: its answer is not a number'],
  ])('for a probability of %d: %s', (real, words) => expect(verdict(real)).toBe(words))

  it('never claim certainty', () => {
    expect([0, 0.004, 0.006, 0.5, 0.994, 0.996, 1].map(percent)).toEqual([
      '<1%',
      '<1%',
      '1%',
      '50%',
      '99%',
      '>99%',
      '>99%',
    ])
  })
})

describe('softmax', () => {
  it('gives probabilities in proportion to powers of e', () => {
    const [a, b, c] = softmax([Math.log(1), Math.log(2), Math.log(5)])
    expect(a).toBeCloseTo(1 / 8)
    expect(b).toBeCloseTo(2 / 8)
    expect(c).toBeCloseTo(5 / 8)
  })
  it('bears logits of any size', () => {
    expect(softmax(Float32Array.of(2000, 1000, -3000))).toEqual([1, 0, 0])
  })
})

describe('guesses', () => {
  it('keep the order of few classes, and name those that have no name', () => {
    expect(guesses(['cat'], [0.25, 0.75])).toEqual([
      { name: 'cat', probability: 0.25 },
      { name: 'class 1', probability: 0.75 },
    ])
  })
  it('are the likeliest of many', () => {
    const many = Array.from({ length: 30 }, (_, i) => i / 435)
    const shown = guesses([], many)
    expect(shown.map(({ name }) => name)).toEqual(Array.from({ length: 10 }, (_, i) => `class ${29 - i}`))
    expect(best(shown)?.name).toBe('class 29')
  })
  it('have no best without any', () => expect(best([])).toBeUndefined())
})
