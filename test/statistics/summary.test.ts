// Headline numbers: means with n and spread over the last steps, time and speed.
import { describe, expect, test } from 'vitest'
import { formatMetric, summarize } from '../../src/statistics/summary.ts'
import { inventedRecord } from '../runs/invented-run.ts'

describe('the summary of a run', () => {
  test('averages the last 500 steps, with n and standard deviation', () => {
    const record = inventedRecord(1000)
    record.metrics.forEach((row, index) => {
      row.accuracy = index < 500 ? 0 : index % 2 ? 0.7 : 0.6
    })
    const accuracy = summarize(record).tail.find(({ info }) => info.name === 'accuracy')!
    expect(accuracy).toMatchObject({ n: 500, steps: 500 })
    expect(accuracy.mean).toBeCloseTo(0.65, 12)
    expect(accuracy.deviation).toBeCloseTo(0.05 * Math.sqrt(500 / 499), 12)
    expect(formatMetric(accuracy.info, accuracy.mean)).toBe('65.0%')
  })

  test('leaves values that are not finite out and says how many are left', () => {
    const record = inventedRecord(10)
    record.metrics[9]!.generatorLoss = Number.NaN
    for (const row of record.metrics) delete (row as Record<string, number>).accuracy
    const [loss, , accuracy] = summarize(record).tail
    expect(loss).toMatchObject({ n: 9, steps: 10 })
    expect(accuracy).toMatchObject({ n: 0, mean: Number.NaN })
  })

  test('counts time and speed over the steps that were timed', () => {
    const summary = summarize(inventedRecord(1010))
    expect(summary.steps).toBe(1010)
    expect(summary.seconds).toBeCloseTo(20, 9)
    expect(summary.stepsPerSecond).toBeCloseTo(50, 9)
    expect(summary.millisecondsPerStep).toBeCloseTo(20, 9)
  })

  test('of a run without timings has no speed instead of a wrong one', () => {
    const summary = summarize({ ...inventedRecord(10), timings: [] })
    expect(summary).toMatchObject({
      seconds: undefined,
      stepsPerSecond: undefined,
      millisecondsPerStep: undefined,
    })
  })
})
