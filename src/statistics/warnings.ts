// How often a run's alarms found it lost: episodes, not steps, and only where they could tell.
import { recordStandings } from '../runs/alarms.ts'
import type { RunRecord } from '../runs/index.ts'
import { type Found, meanOf, missing } from './found.ts'

/**
 * Episodes of which a run's alarms warned, and the failure that ended it, if one did. No number where none would mean
 * nothing: in runs that no alarm watched, or that were too short for every alarm.
 */
export function warningsOf(record: RunRecord): Found {
  const count = record.events.filter(({ severity }) => severity !== 'info').length
  const standings = recordStandings(record)
  if (record.config.alarms === undefined)
    return missing('recorded before alarms knew the phase of a training: its warnings say nothing')
  if (count === 0 && standings.length > 0 && standings.every(({ state }) => state === 'too-early'))
    return missing(
      `too early to tell: alarms judge from step ${Math.min(...standings.map(({ from }) => from))} on`,
    )
  return meanOf([count], 'runs')
}
