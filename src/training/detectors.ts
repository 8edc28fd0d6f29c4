// The watches of an objective at work: silent until they can tell, once when an episode begins and once when it is over.
import type { Objective } from '../objectives/objective.ts'
import type { AlarmInfo } from '../runs/schema.ts'
import type { LogWatch, SampleWatch, Variety } from '../watches/watch.ts'
import { episodes, windowMeans } from './look.ts'
import type { MetricsRow, Notice } from './notice.ts'

export type { AlarmInfo as Alarm, MetricsRow, Notice }

/** What of an objective is watched. */
export type Watched = Pick<Objective, 'watches'>

const logWatches = ({ watches = [] }: Watched): LogWatch[] => watches.filter((watch) => watch.reads === 'log')
const sampleWatches = ({ watches = [] }: Watched): SampleWatch[] =>
  watches.filter((watch) => watch.reads === 'samples')

/**
 * All alarms that watch a run of an objective, as records keep them.
 *
 * @param sampleEvery  steps between two samples; without samples nobody can tell what they look like
 */
export function alarmsOf(
  objective: Watched & Pick<Objective, 'offers'>,
  { sampleEvery, steps }: { readonly sampleEvery: number; readonly steps: number },
): AlarmInfo[] {
  const firstSample = (from: number): number => {
    const next = sampleEvery > 0 ? sampleEvery * Math.ceil(from / sampleEvery) : 0
    return steps > from ? Math.min(next, steps - 1) : next
  }
  const hasSamples = sampleEvery > 0 && objective.offers?.generate !== undefined
  return [
    ...logWatches(objective).map(({ kind, label, from, reads }) => ({ kind, label, from, reads })),
    ...(hasSamples
      ? sampleWatches(objective).map(({ kind, label, from, reads }) => ({
          kind,
          label,
          reads,
          from: firstSample(from),
        }))
      : []),
  ]
}

/**
 * All watches of an objective's log, as one. Feed it every row in order, from the first: it is a pure function of the
 * rows, so a resumed run that replays them raises the same notices.
 */
export function logDetector(objective: Watched): (row: MetricsRow) => Notice[] {
  const detectors = logWatches(objective).map((watch) => {
    const means = windowMeans(watch.metrics)
    const tell = episodes(watch.kind)
    let lowest: readonly number[] | undefined
    let highest: readonly number[] | undefined
    return (row: MetricsRow): Notice[] => {
      const now = means(row)
      if (!now) return []
      const judged = [now, lowest ?? now, highest ?? now] as const
      lowest = judged[1].map((low, i) => Math.min(low, now[i]!))
      highest = judged[2].map((high, i) => Math.max(high, now[i]!))
      if (row.step < watch.from) return []
      return tell(row.step, watch.judge(...judged), {
        lost: () => watch.lost(...judged),
        over: () => watch.over(...judged),
      })
    }
  })
  return (row) => detectors.flatMap((detect) => detect(row))
}

/**
 * All watches of an objective's samples, as one.
 *
 * @param told  the notices of the run up to now: it goes on where they ended
 * @returns what it says of the variety of the samples of a step
 */
export function sampleDetector(
  objective: Watched,
  told: readonly { readonly kind: string; readonly severity: string }[] = [],
): (step: number, variety: Variety) => Notice[] {
  const detectors = sampleWatches(objective).map((watch) => {
    const last = told.findLast(({ kind }) => kind === watch.kind)
    const tell = episodes(watch.kind, { begun: last?.severity === 'warning' })
    return (step: number, variety: Variety): Notice[] =>
      step < watch.from
        ? []
        : tell(step, watch.judge(variety), {
            lost: () => watch.lost(variety),
            over: () => watch.over(variety),
          })
  })
  return (step, variety) => detectors.flatMap((detect) => detect(step, variety))
}
