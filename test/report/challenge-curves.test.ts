// The chart of a run that is challenged: lines of what is logged, points of newcomers, goals across.
import type { LineSeriesOption } from 'echarts'
import { expect, it } from 'vitest'
import { challengeCurves } from '../../src/report/challenge-curves.ts'
import { renderSvg } from '../../src/report/index.ts'
import { inventedRecord } from '../runs/invented-run.ts'

const FORM = {
  metrics: [
    { name: 'bob', label: 'bits that Bob gets wrong', axis: 'left', color: '#648fff' },
    { name: 'freshEve', label: 'bits that a fresh Eve gets wrong', axis: 'left', color: '#fe6100' },
  ],
  goals: [
    { metric: 'bob', value: 0.05, is: 'below' },
    { metric: 'freshEve', value: 7, is: 'atLeast' },
  ],
} as const

const record = () => {
  const invented = inventedRecord()
  return {
    ...invented,
    config: { ...invented.config, metrics: [{ ...FORM.metrics[0] }] },
    metrics: Array.from({ length: 200 }, (_, step) => ({ step, bob: 8 / (1 + step) })),
    challenges: [0, 100].map((step) => ({ step, bob: 3, freshEve: 4 + step / 50 })),
  }
}

it('draws what the training logs as a line, newcomers as points, and those who judge it at the end', () => {
  const { series } = challengeCurves(record(), FORM, {
    judges: { metric: 'freshEve', numbers: [7.2, 7.4] },
  })
  const [bob, fresh, judges] = series as LineSeriesOption[]
  expect((bob!.data as unknown[]).length).toBe(200)
  expect(bob!.symbol).toBe('none')
  expect([fresh!.data, fresh!.symbol]).toEqual([
    [
      [0, 4],
      [100, 6],
    ],
    'circle',
  ])
  expect(judges!.data).toEqual([
    [199, 7.2],
    [199, 7.4],
  ])
  // Apart without colours, too.
  expect(bob!.lineStyle!.type).not.toEqual(fresh!.lineStyle!.type)
})

it('marks goals by lines with words', () => {
  const { series } = challengeCurves(record(), FORM)
  expect((series as LineSeriesOption[]).map(({ markLine }) => markLine!.data)).toMatchObject([
    [{ yAxis: 0.05 }],
    [{ yAxis: 7 }],
  ])
  const svg = renderSvg(challengeCurves(record(), FORM), 900, 400)
  expect(svg).toContain('bits that Bob gets wrong: under 0.05')
  expect(svg).toContain('bits that a fresh Eve gets wrong: at least 7')
})
