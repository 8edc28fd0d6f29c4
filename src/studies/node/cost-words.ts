// What a study would cost, in words, for terminal and pages.
import { formatCount } from '../../util/format.ts'
import type { StudyCost } from './cost.ts'

/** Groups that are told one by one. */
const MOST_PARTS = 40

export interface CostWords {
  /** `24 jobs, of which 3 have their results`. */
  readonly jobs: string
  /** What is left, group by group; of many, the first. */
  readonly parts: readonly { readonly what: string; readonly amount: string; readonly time?: string }[]
  /** Groups that are left besides. */
  readonly more: number
  readonly time: string
}

/**
 * @param atOnce    jobs at once
 * @param duration  how seconds are written
 */
export function costWords(
  { total, done, helpers, left, secondsLeft }: StudyCost,
  atOnce: number,
  duration: (seconds: number) => string,
): CostWords {
  const jobs = (count: number): string => `${formatCount(count)} ${count === 1 ? 'job' : 'jobs'}`
  const isMean = left.some(({ seconds }) => seconds === undefined)
  return {
    jobs: `${jobs(total)}, of which ${formatCount(done)} ${done === 1 ? 'has its result' : 'have their results'}${helpers.total > 0 ? `; and ${jobs(helpers.total)} that others need, ${helpers.done} done` : ''}`,
    parts: left.slice(0, MOST_PARTS).map(({ what, jobs: count, amount, unit, seconds }) => ({
      what,
      amount: `${jobs(count)}, ${formatCount(Math.round(amount))} ${unit}`,
      ...(seconds === undefined ? {} : { time: `${duration(seconds)} of work` }),
    })),
    more: Math.max(0, left.length - MOST_PARTS),
    time:
      left.length === 0
        ? 'nothing is left to be done'
        : secondsLeft === undefined
          ? 'how long it takes is not known: no such job has been done yet'
          : `about ${duration(secondsLeft)}, ${atOnce} at once${isMean ? '; jobs of an unknown pace are taken for average' : ''}`,
  }
}
