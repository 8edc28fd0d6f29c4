// How fast a run trains, and how long it still takes.
import type { TimingRow } from '../../../src/runs/schema.ts'

/** Seconds of training that the recent speed is taken over, where there are as many. */
const RECENT = 10

/** Seconds of training so far, without pauses. */
export const elapsed = (timings: readonly TimingRow[]): number =>
  timings.reduce((sum, { seconds }) => sum + seconds, 0)

/**
 * Steps per second over the last seconds of training; undefined when no time was recorded. The first line, which holds
 * the start of the runtime, counts only where there is no other.
 */
export function recentSpeed(timings: readonly TimingRow[]): number | undefined {
  let [seconds, steps] = [0, 0]
  for (let i = timings.length - 1; i >= (timings.length > 1 ? 1 : 0) && seconds < RECENT; i--) {
    seconds += timings[i]!.seconds
    steps += timings[i]!.step - (timings[i - 1]?.step ?? -1)
  }
  return seconds > 0 && steps > 0 ? steps / seconds : undefined
}
