// Two groups of several: what is claimed of them is what a comparison of these two alone claims.
import { expect, it } from 'vitest'
import { meanOf, missing, type Row } from '../../src/statistics/index.ts'
import { pairOf } from '../../src/statistics/pair.ts'
import { boundsText, intervalText, ranked, shownInterval } from '../../src/statistics/row.ts'
import { differenceOf, intervalOf, toldApart } from '../../src/statistics/told-apart.ts'

const rowOf = (runs: readonly (readonly number[])[], more: Partial<Row> = {}): Row =>
  ranked({
    name: 'fid',
    label: 'FID',
    format: 'number',
    better: 'lower',
    runs: runs.map((values) => values.map((value) => meanOf([value], 'runs'))),
    values: runs.map((values) => (values.length > 0 ? meanOf(values, 'runs') : missing('not done yet'))),
    ...more,
  })
const LABELS = ['a', 'b', 'c']
const apart = rowOf([
  [5, 5.2, 5.1],
  [5.1, 5.3, 5],
  [9, 9.2, 9.1],
])

it('gives the difference with its Welch interval', () => {
  // By hand: means 5.1 and 9.1, both with variance 0.01 / 3, so 4 degrees of freedom and t = 2.7764.
  const half = 2.7764451 * Math.sqrt(0.02 / 3)
  const difference = pairOf([apart], LABELS, [0, 2])[0]?.difference
  expect(difference).toEqual({
    value: expect.closeTo(-4, 9),
    interval: [expect.closeTo(-4 - half, 6), expect.closeTo(-4 + half, 6)],
  })
})

it('claims a difference where the interval leaves out 0, and none where it does not', () => {
  const [claimed] = pairOf([apart], LABELS, [2, 0])
  expect(claimed!.row.best).toBe(1)
  expect(claimed!.sentences).toMatchObject([
    { claims: true, text: expect.stringContaining('a is closer to the data than c') },
  ])
  const [alike] = pairOf([apart], LABELS, [0, 1])
  expect(alike!.difference!.interval![0]).toBeLessThan(0)
  expect(alike!.difference!.interval![1]).toBeGreaterThan(0)
  expect(alike!.row.best).toBeUndefined()
  expect(alike!.sentences).toMatchObject([
    { claims: false, text: expect.stringContaining('cannot be told apart') },
  ])
})

it('has no interval of single runs, no difference where one is missing, and no words for either', () => {
  const [single, gone, fact] = pairOf(
    [
      rowOf([[5], [6], []]),
      rowOf([[5], [], [6]], { name: 'kid' }),
      rowOf([[5, 6], [7, 8], []], { name: 'steps', better: undefined! }),
    ],
    LABELS,
    [0, 1],
  )
  expect(single!.difference).toEqual({ value: -1 })
  expect(single!.sentences[0]!.claims).toBe(false)
  expect(gone!.difference).toBeUndefined()
  expect(gone!.sentences).toEqual([])
  expect(fact!.difference!.value).toBe(-2)
  expect(fact!.sentences).toEqual([])
})

it('claims nothing of seconds of different machines', () => {
  const times = rowOf([[1, 1.01, 1.02], [2, 2.01, 2.02], []], { name: 'stepTime', format: 'milliseconds' })
  const claims = (comparableSeconds: boolean): boolean[] =>
    pairOf([times], LABELS, [0, 1], { comparableSeconds })[0]!.sentences.map((each) => each.claims)
  expect(claims(true)).toContain(true)
  expect(claims(false)).not.toContain(true)
})

const SHARE = { format: 'percent', better: 'higher' } as const

it('shows intervals no further than a number can go, and tells runs apart by the whole of them', () => {
  const two = meanOf([0.02, 0.3], 'runs')
  expect(intervalOf(two)![0]).toBeLessThan(-1)
  expect(intervalText(two, SHARE)).toEqual({ mean: '16%', interval: '0% to 100%' })
  expect(shownInterval(meanOf([0.9, 0.99], 'runs'), SHARE)![1]).toBe(1)
  // A ratio may be more than all of something, time and counts cannot be less than none, other numbers may be anything.
  expect(
    shownInterval(meanOf([0.2, 0.9], 'runs'), { format: 'percent', better: 'lower' })![1],
  ).toBeGreaterThan(1)
  expect(shownInterval(two, { format: 'seconds' })![0]).toBe(0)
  expect(shownInterval(two, { format: 'number' })).toEqual(intervalOf(two))
  expect(shownInterval(meanOf([0.5], 'runs'), SHARE)).toBeUndefined()
  // What is shown is not what is judged by.
  expect(toldApart(two, meanOf([0.99, 0.98], 'runs'))).toBe(false)
})

it('writes means and intervals to the same place', () => {
  const found = meanOf([0.61, 0.63, 0.62], 'runs')
  expect(intervalText(found, SHARE)).toEqual({ mean: '62.0%', interval: '59.5% to 64.5%' })
  expect(intervalText(meanOf([0.61], 'runs'), SHARE)).toEqual({ mean: '61.0%' })
  expect(boundsText(-4, [-4.123, -3.877], 'number')).toEqual({ mean: '-4.00', interval: '-4.12 to -3.88' })
  expect(differenceOf(found, found)!.value).toBe(0)
  expect(intervalOf(found)![0]).toBeCloseTo(0.59516, 4)
})
