// What the views of a run compute: curves that grow, values at a step, speed, enlargement, places of sheets.
import { describe, expect, it } from 'vitest'
import { curveOf, smooth } from '../../src/statistics/curve.ts'
import { ago } from '../../web/src/lib/ago.ts'
import { curveCache } from '../../web/src/lib/curve-cache.ts'
import { measureInfos } from '../../web/src/lib/measure-info.ts'
import { found } from '../../web/src/lib/run-list.ts'
import { placeOf } from '../../web/src/lib/sheets.ts'
import { elapsed, recentSpeed } from '../../web/src/lib/speed.ts'
import { nearestWindow, valueAt, WINDOWS } from '../../web/src/lib/values-at.ts'
import { wholeWidth } from '../../web/src/lib/whole-width.ts'

describe('curves of a growing log', () => {
  const row = (step: number) => ({ step, loss: step * 2, other: Number.NaN })

  it('are what the rows say, whenever they are asked for', () => {
    const cache = curveCache()
    const rows = [row(0), row(1)]
    expect(cache.recorded(rows, 'loss')).toEqual(curveOf(rows, 'loss'))
    rows.push(row(2), row(3))
    expect(cache.recorded(rows, 'loss')).toEqual(curveOf(rows, 'loss'))
    expect(cache.recorded(rows, 'other')).toEqual([])
  })

  it('are averaged anew when there are more rows or another window, and only then', () => {
    const cache = curveCache()
    const rows = [0, 1, 2, 3, 4].map(row)
    const first = cache.smoothed(rows, 'loss', 3)
    expect(first).toEqual(smooth(curveOf(rows, 'loss'), 3))
    expect(cache.smoothed(rows, 'loss', 3)).toBe(first)
    rows.push(row(90))
    expect(cache.smoothed(rows, 'loss', 3)).toEqual(smooth(curveOf(rows, 'loss'), 3))
    expect(cache.smoothed(rows, 'loss', 5)).toEqual(smooth(curveOf(rows, 'loss'), 5))
    expect(cache.smoothed(rows, 'loss', 1)).toEqual(curveOf(rows, 'loss'))
  })

  it('begin anew with another log', () => {
    const cache = curveCache()
    cache.recorded([row(0), row(1), row(2)], 'loss')
    expect(cache.recorded([row(0), row(9)], 'loss')).toEqual([
      [0, 0],
      [9, 18],
    ])
  })
})

describe('the value at a step', () => {
  const curve = [0, 10, 20, 30, 40].map((step): [number, number] => [step, step / 10])

  it('is that of the last recorded one up to there', () => {
    expect(valueAt(curve, 20, 1)).toEqual({ step: 20, value: 2, mean: 2 })
    expect(valueAt(curve, 29, 1)).toMatchObject({ step: 20, value: 2 })
    expect(valueAt(curve, undefined, 1)).toMatchObject({ step: 40, value: 4 })
  })

  it('is averaged over the window around it, which is cut at the ends', () => {
    expect(valueAt(curve, 20, 3)!.mean).toBe(2)
    expect(valueAt(curve, undefined, 3)!.mean).toBe(3.5)
  })

  it('is missing before the first and in an empty curve', () => {
    expect(valueAt(curve, -1, 1)).toBeUndefined()
    expect(valueAt([], undefined, 1)).toBeUndefined()
  })

  it('can be smoothed by windows that have a middle', () => {
    for (const window of WINDOWS) expect(window % 2).toBe(1)
    expect(WINDOWS[nearestWindow(240)]).toBe(201)
    expect(WINDOWS[nearestWindow(0)]).toBe(1)
    expect(WINDOWS[nearestWindow(1e6)]).toBe(2001)
  })
})

describe('the speed', () => {
  const row = (step: number, seconds: number) => ({ step, seconds, at: '2026-01-01T00:00:00.000Z' })

  it('is that of the last ten seconds, without the first line', () => {
    expect(recentSpeed([row(0, 8), row(10, 1)])).toBe(10)
    expect(recentSpeed([row(0, 8), row(10, 100), row(60, 10)])).toBe(5)
    expect(recentSpeed([row(0, 0.5)])).toBe(2)
    expect(recentSpeed([])).toBeUndefined()
  })

  it('does not shorten the time that it took', () => {
    expect(elapsed([row(0, 8), row(10, 100), row(60, 10)])).toBe(118)
  })
})

it('a picture is enlarged by whole pixels of the screen, and shrunk only when it must be', () => {
  expect(wholeWidth(238, 476, 1)).toBe(476)
  expect(wholeWidth(238, 475, 1)).toBe(238)
  expect(wholeWidth(238, 340, 3)).toBeCloseTo((4 * 238) / 3, 9)
  expect(wholeWidth(238, 200, 1)).toBe(200)
})

it('the sheet of a step is the last one made up to then', () => {
  const sheets = [0, 400, 800].map((step) => ({ step, kind: 'fixed' as const, file: `${step}` }))
  expect([0, 399, 400, 5000, -1].map((step) => placeOf(sheets, step))).toEqual([0, 0, 1, 2, 0])
  expect(placeOf(sheets, undefined)).toBe(2)
  expect(placeOf([], 3)).toBe(-1)
})

it('measures are those that were measured, by the names of the evaluation or their own', () => {
  const rows = [{ step: 0, fid: Number.NaN, inceptionScore: 2, precision: 0.5, kid: Number.NaN }]
  expect(measureInfos(rows, undefined).map(({ label, format }) => [label, format])).toEqual([
    ['Inception score', 'number'],
    ['Precision', 'percent'],
  ])
  expect(measureInfos([{ step: 0, fid: 3 }], undefined)[0]!.label).toBe('FID')
})

it('a filter finds the runs that have all of its words', () => {
  const runs = [
    { name: 'first', model: 'mlp-gan', data: 'mnist', state: 'finished', seed: 1 },
    { name: 'second', model: 'vae', data: 'mnist', state: 'running', seed: 2 },
    { name: 'broken', state: 'unreadable' },
  ] as const
  const names = (text: string) => found(runs, text).map(({ name }) => name)
  expect(names('')).toEqual(['first', 'second', 'broken'])
  expect(names('  MNIST run')).toEqual(['second'])
  expect(names('seed 1')).toEqual(['first'])
  expect(names('unread')).toEqual(['broken'])
})

it('times are told as people say them', () => {
  const now = Date.parse('2026-01-02T00:00:00Z')
  const before = (seconds: number) => ago(new Date(now - 1000 * seconds).toISOString(), now)
  expect([5, 61, 150, 3600, 86_400 * 3].map(before)).toEqual([
    'just now',
    '1 minute ago',
    '2 minutes ago',
    '1 hour ago',
    '3 days ago',
  ])
})
