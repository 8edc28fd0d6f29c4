// The critic's page: scores in words, and bytes as pictures.
import { describe, expect, it } from 'vitest'
import { judged } from '../../src/runs/critic-totals.ts'
import { doubtedText, fooledText, rightText, verdictOn } from '../../web/src/lib/critic-words.ts'

/** A judge of `n` generated and `n` real images, some of them taken for the other kind. */
const judge = (n: number, fooled: number, doubted: number) =>
  judged(
    Array.from({ length: 2 * n }, (_, image) => image >= n),
    Array.from({ length: 2 * n }, (_, image) => (image < n ? image < fooled : image - n >= doubted)),
  )

describe('scores in words', () => {
  it('come with their interval', () => {
    expect(rightText(judge(10, 4, 2))).toBe('14 of 20 right (70%, 95% interval 48% to 85%)')
    expect(fooledText(judge(10, 1, 2))).toBe(
      '1 of 10 generated images was taken for real (10%, 95% interval 2% to 40%)',
    )
    expect(doubtedText(judge(10, 1, 2))).toBe(
      '2 of 10 real images were taken for generated (20%, 95% interval 6% to 51%)',
    )
    expect(fooledText(judged([true], [true]))).toBe('None of the images was generated')
    expect(doubtedText(judged([false], [true]))).toBe('None of the images was real')
  })

  it('claim what the interval allows', () => {
    expect(verdictOn(judge(10, 4, 2))).toContain('it cannot be said that you were not guessing')
    expect(verdictOn(judge(10, 1, 1))).toBe(
      'That is better than chance: you can tell generated images from real ones.',
    )
    expect(verdictOn(judge(10, 9, 9))).toContain('worse than chance')
    expect(verdictOn(judge(10, 1, 1), { who: 'people' })).toContain('people can tell')
    expect(verdictOn(judged([], []))).toBe('')
  })
})
