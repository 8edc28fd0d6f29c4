// Charts as options and as SVG text.
import type { LineSeriesOption } from 'echarts'
import { describe, expect, test } from 'vitest'
import { darkened } from '../../src/report/chart-parts.ts'
import { measureCurve } from '../../src/report/charts.ts'
import { DARK, LIGHT, learningCurves, renderSvg, speedCurve } from '../../src/report/index.ts'
import { metricInfoSchema } from '../../src/runs/index.ts'
import { inventedRecord } from '../runs/invented-run.ts'

const seriesOf = (option: { series?: unknown }): LineSeriesOption[] => option.series as LineSeriesOption[]

describe('the learning curves', () => {
  test('have losses on the left and accuracy on the right, in the colours and dashes of the config', () => {
    const option = learningCurves(inventedRecord())
    const strong = seriesOf(option).filter(({ z }) => z === 4)
    expect(
      strong.map(({ name, yAxisIndex, lineStyle }) => [name, yAxisIndex, lineStyle?.color, lineStyle?.type]),
    ).toEqual([
      ['Generator loss', 0, '#dc267f', [11, 4, 2, 4]],
      ['Discriminator loss', 0, '#fe6100', [11, 4, 2, 4]],
      ['Accuracy', 1, '#785ef0', [1, 0]],
    ])
    expect(option.yAxis).toMatchObject([
      { name: 'Loss', position: 'left' },
      { name: 'Accuracy', position: 'right', max: 1 },
    ])
  })

  test('draw each metric twice, thin as recorded and strong smoothed, unless nothing is smoothed', () => {
    const record = inventedRecord()
    const thin = seriesOf(learningCurves(record)).filter(({ z }) => z === 3)
    expect(thin).toHaveLength(3)
    expect(thin[0]!.data).toContainEqual([0, record.metrics[0]!.generatorLoss])
    expect(seriesOf(learningCurves(record, { smoothing: 1 })).filter(({ z }) => z === 3)).toHaveLength(0)
  })

  test('draw the first metric on held-out images as a dotted line with a name of its own', () => {
    const record = { ...inventedRecord(), validation: [0, 500].map((step) => ({ step, generatorLoss: 2 })) }
    const option = learningCurves(record)
    const dotted = seriesOf(option).filter(({ z }) => z === 5)
    expect(dotted.map(({ name, data }) => [name, data])).toEqual([
      [
        'validation generator loss',
        [
          [0, 2],
          [500, 2],
        ],
      ],
    ])
    expect(dotted[0]!.lineStyle?.type).toEqual([2, 4])
    // No other line is dotted, whatever the config of an older run says.
    const metrics = record.config.metrics.map((info) => metricInfoSchema.parse({ ...info, dash: 'dotted' }))
    const old = { ...record, config: { ...record.config, metrics } }
    const lines = seriesOf(learningCurves(old)).map(({ lineStyle }) => lineStyle?.type)
    expect(lines.filter((type) => String(type) === '2,4')).toHaveLength(1)
    expect(renderSvg(option, 1100, 480)).toContain('>validation generator loss</text>')
    expect(renderSvg(learningCurves(inventedRecord()), 1100, 480)).not.toContain('validation')
  })

  test('mark events by number, one label for neighbours', () => {
    const record = inventedRecord()
    record.events = [10, 12, 500].map((step) => ({ step, kind: 'k', severity: 'warning', message: '' }))
    const svg = renderSvg(learningCurves(record), 900, 400)
    const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text)
    expect(texts).toContain('1–2')
    expect(texts).toContain('3')
    expect(texts).toEqual(expect.arrayContaining(['Generator loss', 'Loss', 'Accuracy', 'Step', '80%']))
  })

  test('of 12,001 steps are a small picture that no spike flattens', () => {
    const record = inventedRecord(12_001)
    record.metrics[6_000]!.generatorLoss = 4_000
    const option = learningCurves(record)
    const [left] = option.yAxis as { max?: number; name: string }[]
    expect(left!.max).toBeLessThan(20)
    expect(left!.name).toBe('Loss (spikes cut)')
    expect(renderSvg(option, 1100, 480).length).toBeLessThan(120_000)
  })

  test('give the same text every time and need nothing outside it', () => {
    const draw = (): string => renderSvg(learningCurves(inventedRecord()), 1100, 480)
    const svg = draw()
    expect(svg).toMatch(/^<svg width="1100" height="480"/)
    expect(draw()).toBe(svg)
    expect(svg).not.toMatch(/<script|<style|href=|NaN|undefined/)
    expect(svg).toContain('fill="#ffffff"')
    expect(renderSvg(learningCurves(inventedRecord(), { theme: DARK }), 1100, 480)).not.toContain('#ffffff')
  })

  test('is the same drawn in the dark as darkened', () => {
    const theme = { ...LIGHT, background: 'transparent' }
    for (const chart of [learningCurves, speedCurve]) {
      const [light, dark] = [theme, DARK].map((each) =>
        renderSvg(chart(inventedRecord(), { theme: each }), 1100, 480),
      )
      expect(dark).not.toBe(light)
      expect(darkened(light!)).toBe(dark)
    }
  })

  test('of a single step, or without any, are still a chart', () => {
    for (const count of [0, 1, 2])
      expect(renderSvg(learningCurves(inventedRecord(count)), 400, 300)).not.toMatch(/NaN|Infinity/)
  })
})

describe('learning curves as somebody chooses them', () => {
  const names = (option: { series?: unknown }): unknown[] => [
    ...new Set(seriesOf(option).map(({ name }) => name)),
  ]

  test('leave out hidden metrics, and keep the colours of the others', () => {
    const record = inventedRecord()
    record.config.metrics = record.config.metrics.map(({ color: _, ...info }) => info)
    const colors = (option: { series?: unknown }) =>
      seriesOf(option).find(({ name }) => name === 'Accuracy')!.itemStyle!.color
    const option = learningCurves(record, { hidden: new Set(['generatorLoss', 'discriminatorLoss']) })
    expect(names(option)).toEqual(['Accuracy', 'events'])
    expect(colors(option)).toBe(colors(learningCurves(record)))
    expect(option.yAxis).toMatchObject([{ show: false }, { show: true }])
  })

  test('draw a range of steps with its own points, and one more on each side', () => {
    const record = inventedRecord(12_001)
    const [strong] = seriesOf(learningCurves(record, { range: [5000, 5100], points: 400, smoothing: 1 }))
    const steps = (strong!.data as [number, number][]).map(([step]) => step)
    expect(steps).toEqual(Array.from({ length: 103 }, (_, i) => 4999 + i))
  })

  test('average what lies outside the range too, so that zooming changes no value', () => {
    const record = inventedRecord(1000)
    const at = (option: { series?: unknown }) =>
      (seriesOf(option)[0]!.data as [number, number][]).find(([step]) => step === 500)![1]
    const all = { smoothing: 101, points: 4000 }
    expect(at(learningCurves(record, { ...all, range: [500, 520] }))).toBe(at(learningCurves(record, all)))
  })

  test('have a logarithmic axis for losses, without what is not above 0', () => {
    const record = inventedRecord()
    record.metrics[3]!.generatorLoss = 0
    const option = learningCurves(record, { logarithmic: true, smoothing: 1 })
    expect(option.yAxis).toMatchObject([{ type: 'log' }, { type: 'value' }])
    expect((option.yAxis as object[])[0]).not.toHaveProperty('max')
    const [losses] = seriesOf(option)
    expect((losses!.data as [number, number][]).map(([step]) => step)).not.toContain(3)
    expect(renderSvg(option, 900, 400)).not.toMatch(/NaN|Infinity/)
  })

  test('take curves that their caller kept', () => {
    const option = learningCurves(inventedRecord(), { curveOf: () => [[7, 1]], smoothing: 1 })
    expect(seriesOf(option)[0]!.data).toEqual([[7, 1]])
  })
})

test('a measure is drawn over the steps of the run, without what could not be measured', () => {
  const record = inventedRecord()
  record.evaluations = [
    { step: 0, fid: Number.NaN },
    { step: 100, fid: 30 },
    { step: 200, fid: 20 },
  ]
  const option = measureCurve(record, { name: 'fid', label: 'FID', axis: 'left' })
  expect(seriesOf(option)[0]!.data).toEqual([
    [100, 30],
    [200, 20],
  ])
  expect(option.xAxis).toMatchObject({ min: 0, max: record.metrics.at(-1)!.step })
  expect(renderSvg(option, 800, 240)).toContain('>FID</text>')
})

test('the speed curve shows milliseconds per step', () => {
  const option = speedCurve(inventedRecord())
  const [, first] = (seriesOf(option)[0]!.data as [number, number][])[0]!
  expect(first).toBeCloseTo(20, 9)
  expect(renderSvg(option, 800, 240)).toContain('>ms per step</text>')
})
