// The progress line fits any terminal, and says the most that fits.
import { describe, expect, it } from 'vitest'
import type { Progress } from '../../src/cli/progress.ts'
import { plainPace, plainProgress, progressLine } from '../../src/cli/progress-line.ts'
import { styleOf } from '../../src/cli/style.ts'

const progress: Progress = {
  done: 4812,
  total: 12_001,
  stepsPerSecond: 23.42,
  secondsLeft: 307,
  metrics: [
    { label: 'generator loss', value: 0.923, format: 'number' },
    { label: 'discriminator loss', value: 0.612, format: 'number' },
    { label: 'discriminator accuracy', value: 0.648, format: 'percent' },
  ],
}
/** With its bar as `=`. */
const line = (columns: number): string => progressLine(progress, columns).replace(/[█░]+/, '=')

describe('progressLine', () => {
  it('writes everything out where there is room', () => {
    expect(line(150)).toBe(
      '=   4,812/12,001  23.4 steps/s  5m 07s left  generator loss 0.923  discriminator loss 0.612  discriminator accuracy 64.8%',
    )
  })

  it('shortens labels on a terminal of 120 columns', () => {
    expect(line(120)).toBe(
      '=   4,812/12,001  23.4 steps/s  5m 07s left  gen loss 0.923  disc loss 0.612  disc acc 64.8%',
    )
  })

  it('shows all there is to know at 80 columns', () => {
    expect(progressLine(progress, 80)).toBe(
      '███░░░░░  4,812/12,001 23.4/s 5m07s gen loss 0.92 disc loss 0.61 disc acc 65%',
    )
  })

  it('shows share, time left and metrics by their initials at 40 columns', () => {
    expect(progressLine(progress, 40)).toBe('█░░░ 40% 5m07s gl 0.92 dl 0.61 da 65%')
  })

  it('shows only the share where nothing else fits', () => {
    expect(progressLine(progress, 10)).toBe('40%')
    expect(progressLine(progress, 2)).toBe('')
  })

  it('leaves room for a ^C at every width, so that it never wraps', () => {
    for (let columns = 3; columns <= 200; columns++)
      expect(progressLine(progress, columns).length, `${columns} columns`).toBeLessThanOrEqual(columns - 3)
  })

  it('fills the bar in proportion', () => {
    const bar = (done: number): string => /[█░]+/.exec(progressLine({ ...progress, done }, 120))![0]
    expect(bar(0)).toMatch(/^░+$/)
    expect(bar(12_001)).toMatch(/^█+$/)
    const half = bar(6001)
    expect(half.lastIndexOf('█') + 1).toBe(Math.floor(half.length / 2))
  })

  it('begins before speed and metrics are known', () => {
    const start = { done: 0, total: 50, stepsPerSecond: undefined, secondsLeft: undefined, metrics: [] }
    expect(progressLine(start, 80)).toBe(`${'░'.repeat(30)}   0/50`)
  })

  it('has colours only on a terminal that wants them', () => {
    const styled = (stream: { isTTY?: boolean }, environment = {}): string =>
      progressLine(progress, 80, styleOf(stream, environment))
    const control = '\u001b'
    expect(styled({ isTTY: true })).toContain(control)
    expect(styled({ isTTY: true }, { NO_COLOR: '1' })).not.toContain(control)
    expect(styled({ isTTY: true }, { NO_COLOR: '' })).toContain(control)
    expect(styled({ isTTY: true }, { TERM: 'dumb' })).not.toContain(control)
    expect(styled({ isTTY: false })).not.toContain(control)
  })

  it('draws the bar in ASCII where the character set is not UTF-8', () => {
    expect(progressLine(progress, 24, styleOf({}, { LC_ALL: 'C', LANG: 'de_DE.UTF-8' }))).toBe(
      '####....... 40% 5m07s',
    )
    expect(progressLine(progress, 24, styleOf({}, { LANG: 'en_GB.utf8' }))).toBe('████░░░░░░░ 40% 5m07s')
  })
})

describe('plainProgress', () => {
  it('says everything in words', () => {
    expect(plainProgress(progress)).toBe(
      '4,812/12,001 steps (40%), 23.4 steps/s, 5m 07s left, generator loss 0.923, discriminator loss 0.612, discriminator accuracy 64.8%',
    )
  })

  it('speaks of no time left at the end', () => {
    expect(plainProgress({ ...progress, done: 12_001, secondsLeft: 0, metrics: [] })).toBe(
      '12,001/12,001 steps (100%), 23.4 steps/s',
    )
  })
})

describe('plainPace', () => {
  it('asks for a line every ten seconds when steps are slow', () => {
    const isDue = plainPace(1_000_000)
    const times = Array.from({ length: 31 }, (_, now) => now).filter((now) => isDue(now + 1, now))
    expect(times).toEqual([0, 10, 20, 30])
  })

  it('asks for a line every twentieth of the steps when they are quick, but not twice a second', () => {
    const isDue = plainPace(100)
    const shown = Array.from({ length: 100 }, (_, i) => i + 1).filter((done) => isDue(done, done / 2))
    expect(shown.slice(0, 5)).toEqual([1, 5, 10, 15, 20])
    const rush = plainPace(100)
    const rushed = Array.from({ length: 100 }, (_, i) => i + 1).filter((done) => rush(done, done / 1000))
    expect(rushed).toEqual([1, 100])
  })
})
