// Numbers, durations, sizes and commands in words.
import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import {
  formatBrief,
  formatBriefMetric,
  formatBytes,
  formatClock,
  formatCommand,
  formatCount,
  formatDuration,
  formatNumber,
  formatOutputShape,
  formatPercent,
  formatShort,
  formatSize,
  quoteArgument,
} from '../../src/util/format.ts'

describe('formats', () => {
  test('counts have commas between thousands', () => {
    expect([0, 999, 1000, 1_493_520, 12_345_678].map(formatCount)).toEqual([
      '0',
      '999',
      '1,000',
      '1,493,520',
      '12,345,678',
    ])
  })

  test('numbers keep about four digits at any size', () => {
    expect([0, 0.61312, -1.5, 12.345, 345.67, 4e-6, 1.5e7].map(formatNumber)).toEqual([
      '0',
      '0.613',
      '-1.500',
      '12.35',
      '345.7',
      '4.00e-6',
      '1.50e+7',
    ])
    expect([Number.NaN, Number.POSITIVE_INFINITY].map(formatNumber)).toEqual(['not a number', '∞'])
    expect(formatPercent(0.98765, 2)).toBe('98.77%')
    expect([0.625, Number.NaN].map((share) => formatPercent(share))).toEqual(['62.5%', 'not a number'])
  })

  test('durations are in the units people use', () => {
    expect([0.42, 47.2, 59.6, 552, 3599.7, 7530].map(formatDuration)).toEqual([
      '0.4 s',
      '47 s',
      '1 min 00 s',
      '9 min 12 s',
      '1 h 00 min',
      '2 h 05 min',
    ])
  })

  test('sizes are in binary units', () => {
    expect([0, 1023, 1536, 8 * 2 ** 30].map(formatBytes)).toEqual([
      '0 bytes',
      '1023 bytes',
      '1.5 KiB',
      '8.0 GiB',
    ])
  })

  test('shapes are written as Keras writes them', () => {
    expect([[null], [null, 7, 7, 256]].map(formatOutputShape)).toEqual(['(None,)', '(None, 7, 7, 256)'])
  })

  test.runIf(process.platform !== 'win32')('a shell splits a command into the same words', () => {
    const words = ['runs/first', "it's", 'two words', '$HOME', '*', '', '--a=b', 'ä"`\\']
    const { stdout } = spawnSync('sh', ['-c', `printf '%s\\0' ${formatCommand(words)}`])
    expect(stdout.toString().split('\0').slice(0, -1)).toEqual(words)
  })
})

describe('formatClock', () => {
  test.each([
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
    expect(formatClock(seconds)).toBe(text)
  })

  test('leaves spaces out where room is scarce', () => {
    expect(formatClock(307, { compact: true })).toBe('5m07s')
  })
})

describe('numbers of terminals', () => {
  test('shows about three digits', () => {
    expect([0, 0.0004, 0.6913, 1.2345, 12.34, 123.4, -0.5, 2e9].map(formatBrief)).toEqual([
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

  test('shows two digits where room is scarce', () => {
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

  test('shows shares as percentages, and says when there is no number', () => {
    expect(formatBriefMetric(0.648, 'percent')).toBe('64.8%')
    expect(formatBriefMetric(Number.NaN, 'percent')).toBe('NaN')
  })

  test('shows bytes in units of a thousand', () => {
    expect([0, 999, 1500, 9_912_422, 2e11].map(formatSize)).toEqual([
      '0 bytes',
      '999 bytes',
      '1.5 kB',
      '9.9 MB',
      '200 GB',
    ])
  })
})

describe('quoteArgument', () => {
  test('quotes only what a shell would take apart', () => {
    expect(['runs/first', 'my runs', "it's", ''].map(quoteArgument)).toEqual([
      'runs/first',
      "'my runs'",
      "'it'\\''s'",
      "''",
    ])
  })
})
