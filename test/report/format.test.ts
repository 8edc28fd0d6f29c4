// Numbers, durations, sizes and commands in words.
import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import {
  formatBytes,
  formatCommand,
  formatCount,
  formatDuration,
  formatNumber,
  formatOutputShape,
  formatPercent,
} from '../../src/report/format.ts'

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
    expect([0.625, Number.NaN].map(formatPercent)).toEqual(['62.5%', 'not a number'])
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
