// How a run stands with each of its alarms: too early to tell, well, or warned. Read from its records alone.
import { formatCount } from '../util/format.ts'
import type { RunRecord } from './record.ts'
import type { AlarmInfo, RunConfig } from './schema.ts'

export type AlarmState = 'too-early' | 'well' | 'warning'

/** An alarm and what it says now. */
export interface Standing extends AlarmInfo {
  readonly state: AlarmState
  /** Of a warning: the step at which its episode began. */
  readonly since?: number
}

/** What standings are read from: a run's record, or as much of it as there is. */
export interface Watched {
  readonly config: Pick<RunConfig, 'alarms'>
  readonly events: Pick<RunRecord, 'events'>['events']
  /** The last step that was done; -1 before the first. */
  readonly step: number
  /** Steps of which there are fresh samples. */
  readonly sampled: readonly number[]
}

/** How a run stands with each of its alarms; none for runs of before alarms were recorded. */
export const standingsOf = ({ config, events, step, sampled }: Watched): Standing[] =>
  (config.alarms ?? []).map((alarm) => {
    const last = events.findLast(({ kind }) => kind === alarm.kind)
    if (last && last.severity !== 'info') return { ...alarm, state: 'warning', since: last.step }
    const judged = alarm.reads === 'log' ? step >= alarm.from : sampled.some((at) => at >= alarm.from)
    return { ...alarm, state: judged ? 'well' : 'too-early' }
  })

/** The standings of a record that was read. */
export const recordStandings = ({ config, events, metrics, samples }: RunRecord): Standing[] =>
  standingsOf({
    config,
    events,
    step: metrics.at(-1)?.step ?? -1,
    sampled: samples.flatMap(({ kind, step }) => (kind === 'fresh' ? [step] : [])),
  })

const listed = (names: readonly string[], last: 'and' | 'or'): string =>
  names.length < 2
    ? names.join('')
    : `${names.slice(0, -1).join(', ')}${names.length > 2 ? ',' : ''} ${last} ${names.at(-1)}`

/** What is said of runs of before alarms were recorded. */
export const OLD_ALARMS =
  'Recorded before alarms knew the phase of a training: they were raised on healthy runs too, and what they did not say tells nothing.'

/** What a page says above the events of a run: see `standingLines`. */
export const alarmLines = (record: RunRecord): string[] =>
  record.config.alarms === undefined
    ? [OLD_ALARMS]
    : standingLines(recordStandings(record), record.config.settings.steps)

/**
 * What the standings come to, a sentence for each state: the warnings first, then what is well, then what cannot be told
 * yet and from when on it can.
 *
 * @param steps  of the whole run, so that what it never reaches is said
 */
export function standingLines(standings: readonly Standing[], steps: number): string[] {
  const of = (state: AlarmState): Standing[] => standings.filter((standing) => standing.state === state)
  const [warned, well, early] = [of('warning'), of('well'), of('too-early')]
  const from = [...new Set(early.map((standing) => standing.from))].sort((a, b) => a - b)
  const judged = from.map((step, index) => {
    const names = early.filter((standing) => standing.from === step).map(({ label }) => label)
    return `${listed(names, 'and')}${index === 0 ? ' can be judged' : ''} from step ${formatCount(step)} on`
  })
  const end = from.some((step) => step >= steps)
    ? ` The run has ${formatCount(steps)} ${steps === 1 ? 'step' : 'steps'}.`
    : ''
  return [
    ...warned.map(({ label, since }) => `Warning: ${label}, since step ${formatCount(since!)}.`),
    ...(well.length > 0
      ? [
          `No sign of ${listed(
            well.map(({ label }) => label),
            'or',
          )}.`,
        ]
      : []),
    ...(judged.length > 0 ? [`Too early to tell: ${judged.join('; ')}.${end}`] : []),
  ]
}
