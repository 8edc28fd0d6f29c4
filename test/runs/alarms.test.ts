// How a run stands with its alarms, from its records.
import { describe, expect, it } from 'vitest'
import { alarmLines, OLD_ALARMS, recordStandings, standingLines } from '../../src/runs/index.ts'
import { inventedRecord } from './invented-run.ts'

const alarms = [
  { kind: 'discriminator-won', label: 'a discriminator that has won', from: 1000, reads: 'log' },
  { kind: 'samples-collapsed', label: 'collapsed samples', from: 500, reads: 'samples' },
] as const
/** A run of so many steps with fresh samples every 100. */
function record(
  steps: number,
  { planned = 12_001, events = [] as ReturnType<typeof inventedRecord>['events'] } = {},
) {
  const invented = inventedRecord(steps)
  const { config } = invented
  return {
    ...invented,
    config: { ...config, alarms: [...alarms], settings: { ...config.settings, steps: planned } },
    samples: invented.samples
      .map((sample) => ({ ...sample, kind: 'fresh' as const }))
      .filter(({ step }) => step < steps),
    events,
  }
}
const warning = { step: 600, kind: 'samples-collapsed', severity: 'warning', message: 'all alike' } as const

describe('standings', () => {
  it('are too early until an alarm has seen what it needs', () => {
    const states = (steps: number) => recordStandings(record(steps)).map(({ state }) => state)
    expect(states(14)).toEqual(['too-early', 'too-early'])
    expect(states(500)).toEqual(['too-early', 'too-early'])
    expect(states(501)).toEqual(['too-early', 'well'])
    expect(states(1001)).toEqual(['well', 'well'])
  })

  it('are warnings from the event that raised them to the one that says that it is over', () => {
    const of = (events: (typeof warning)[]) => recordStandings(record(2000, { events }))[1]
    expect(of([warning])).toMatchObject({ state: 'warning', since: 600 })
    const over = { ...warning, step: 900, severity: 'info' } as unknown as typeof warning
    expect(of([warning, over])).toMatchObject({ state: 'well' })
    expect(of([warning, over, { ...warning, step: 1200 as 600 }])).toMatchObject({
      state: 'warning',
      since: 1200,
    })
  })
})

describe('what is said of them', () => {
  it('never that nothing happened before anybody could know', () => {
    expect(alarmLines(record(14))).toEqual([
      'Too early to tell: collapsed samples can be judged from step 500 on; a discriminator that has won from step 1,000 on.',
    ])
    expect(alarmLines(record(14, { planned: 700 }))).toEqual([
      'Too early to tell: collapsed samples can be judged from step 500 on; a discriminator that has won from step 1,000 on. The run has 700 steps.',
    ])
    expect(alarmLines(record(600))).toEqual([
      'No sign of collapsed samples.',
      'Too early to tell: a discriminator that has won can be judged from step 1,000 on.',
    ])
    expect(alarmLines(record(2000, { events: [warning] }))).toEqual([
      'Warning: collapsed samples, since step 600.',
      'No sign of a discriminator that has won.',
    ])
    expect(alarmLines(record(2000))).toEqual([
      'No sign of a discriminator that has won or collapsed samples.',
    ])
  })

  it('is nothing where nothing watches, and a word of caution for runs of before', () => {
    expect(standingLines([], 100)).toEqual([])
    expect(alarmLines(inventedRecord())).toEqual([OLD_ALARMS])
  })
})
