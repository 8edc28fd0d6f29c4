// Numbers, times and paths read well.
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatMetric,
  formatNumber,
  formatPath,
  formatShort,
  quoteArgument,
} from '../../src/cli/format.ts'

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [59.4, '59s'],
    [59.6, '1m 00s'],
    [307, '5m 07s'],
    [3599.6, '1h 00m'],
    [3720, '1h 02m'],
    [86_390, '1d 00h'],
    [86_400 * 3 + 4 * 3600, '3d 04h'],
    [-1, '0s'],
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text)
  })

  it('leaves spaces out where room is scarce', () => {
    expect(formatDuration(307, { compact: true })).toBe('5m07s')
  })
})

describe('numbers', () => {
  it('groups counts by thousands', () => {
    expect([1, 999, 1000, 1_493_520].map(formatCount)).toEqual(['1', '999', '1,000', '1,493,520'])
  })

  it('shows about three digits', () => {
    expect([0, 0.0004, 0.6913, 1.2345, 12.34, 123.4, -0.5, 2e9].map(formatNumber)).toEqual([
      '0.000',
      '4.00e-4',
      '0.691',
      '1.23',
      '12.3',
      '123',
      '-0.500',
      '2.00e+9',
    ])
  })

  it('shows two digits where room is scarce', () => {
    expect([0, 0.00042, 0.0123, 0.6913, 9.876, 12.34, 2e9, Number.NaN].map(formatShort)).toEqual([
      '0.00',
      '4e-4',
      '0.012',
      '0.69',
      '9.88',
      '12',
      '2.0e+9',
      'NaN',
    ])
  })

  it('shows shares as percentages, and says when there is no number', () => {
    expect(formatMetric(0.648, 'percent')).toBe('64.8%')
    expect(formatMetric(Number.NaN, 'percent')).toBe('NaN')
  })

  it('shows bytes in units of a thousand', () => {
    expect([0, 999, 1500, 9_912_422, 2e11].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1.5 kB',
      '9.9 MB',
      '200 GB',
    ])
  })
})

describe('formatPath', () => {
  it('is relative inside the current folder and absolute outside', () => {
    expect(formatPath(resolve('/a/b/runs/x'), resolve('/a/b'))).toBe(join('runs', 'x'))
    expect(formatPath(resolve('/c/d'), resolve('/a/b'))).toBe(resolve('/c/d'))
    expect(formatPath(resolve('/a/b'), resolve('/a/b'))).toBe('.')
  })
})

describe('quoteArgument', () => {
  it('quotes only what a shell would take apart', () => {
    expect(['runs/first', 'my runs', "it's", ''].map(quoteArgument)).toEqual([
      'runs/first',
      "'my runs'",
      "'it'\\''s'",
      "''",
    ])
  })
})
