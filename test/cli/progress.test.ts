// Speed, time left and smoothed metrics, by a clock that the test sets.
import { describe, expect, it } from 'vitest'
import { progressTracker } from '../../src/cli/progress.ts'

const metrics = [
  { name: 'generatorLoss', label: 'generator loss' },
  { name: 'accuracy', label: 'accuracy', format: 'percent' as const },
]
const rows = (first: number, count: number, loss: (step: number) => number = () => 1) =>
  Array.from({ length: count }, (_, i) => ({
    step: first + i,
    generatorLoss: loss(first + i),
    accuracy: 0.5,
  }))

describe('progressTracker', () => {
  it('knows no speed before the first steps', () => {
    expect(progressTracker({ total: 10, done: 0, metrics }).current).toEqual({
      done: 0,
      total: 10,
      stepsPerSecond: undefined,
      secondsLeft: undefined,
      metrics: [],
    })
  })

  it('takes the first speed from the time that the first steps took', () => {
    const tracker = progressTracker({ total: 100, done: 0, metrics })
    const progress = tracker.advance({ rows: rows(0, 20), seconds: 2 }, 1000)
    expect(progress).toMatchObject({ done: 20, stepsPerSecond: 10, secondsLeft: 8 })
  })

  it('shows the newest first metric of held-out images behind the smoothed ones', () => {
    const tracker = progressTracker({ total: 100, done: 0, metrics })
    tracker.advance({ rows: rows(0, 20), seconds: 2 }, 1000)
    tracker.validate({ step: 19, generatorLoss: 7, accuracy: 0.25 })
    const shown = (value: number) => [
      { label: 'generator loss', value: 1, format: 'number' },
      { label: 'accuracy', value: 0.5, format: 'percent' },
      { label: 'validation generator loss', value, format: 'number' },
    ]
    expect(tracker.current.metrics).toEqual(shown(7))
    tracker.validate({ step: 39, generatorLoss: 6 })
    expect(tracker.current.metrics).toEqual(shown(6))
    expect(tracker.advance({ rows: rows(20, 20), seconds: 2 }, 1002).metrics).toEqual(shown(6))
  })

  it('counts the time between the steps too', () => {
    const tracker = progressTracker({ total: 100, done: 0, metrics })
    tracker.advance({ rows: rows(0, 20), seconds: 2 }, 2)
    // Two seconds of training and two of writing samples.
    const progress = tracker.advance({ rows: rows(20, 20), seconds: 2 }, 6)
    expect(progress.stepsPerSecond).toBeCloseTo(40 / 6)
  })

  it('forgets the speed of more than half a minute ago', () => {
    const tracker = progressTracker({ total: 10_000, done: 0, metrics })
    tracker.advance({ rows: rows(0, 1000), seconds: 1 }, 1)
    let progress = tracker.current
    for (let now = 2; now <= 60; now++) progress = tracker.advance({ rows: rows(0, 10), seconds: 1 }, now)
    expect(progress.stepsPerSecond).toBeCloseTo(10)
  })

  it('goes on counting where a continued run stands', () => {
    const tracker = progressTracker({ total: 100, done: 40, metrics })
    expect(tracker.advance({ rows: rows(40, 10), seconds: 5 }, 5)).toMatchObject({
      done: 50,
      stepsPerSecond: 2,
      secondsLeft: 25,
    })
  })

  it('smooths metrics: a mean at first, then what is old fades', () => {
    const tracker = progressTracker({ total: 1000, done: 0, metrics })
    tracker.advance({ rows: rows(0, 4, (step) => step), seconds: 1 }, 1)
    expect(tracker.current.metrics[0]).toEqual({ label: 'generator loss', value: 1.5, format: 'number' })
    tracker.advance({ rows: rows(4, 900, () => 7), seconds: 1 }, 2)
    expect(tracker.current.metrics[0]?.value).toBeCloseTo(7, 2)
    expect(tracker.current.metrics[1]).toEqual({ label: 'accuracy', value: 0.5, format: 'percent' })
  })

  it('leaves out a metric that is not logged', () => {
    const tracker = progressTracker({ total: 10, done: 0, metrics: [{ name: 'other', label: 'other' }] })
    expect(tracker.advance({ rows: rows(0, 1), seconds: 1 }, 1).metrics).toEqual([])
  })
})
