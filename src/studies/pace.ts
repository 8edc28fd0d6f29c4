// How long jobs will take: by what jobs of their pace took before, and by how far those are that go on.
import type { Work } from '../jobs/kind.ts'

/** Work done in a time. */
interface Seen {
  work: number
  seconds: number
}

export interface PaceTracker {
  /** A job took so long. */
  took(pace: string, work: number, seconds: number): void
  /** A job that goes on has taken so long for so much: what is known of its pace until one of them has ended. */
  goesOn(pace: string, work: number, seconds: number): void
  /** Seconds per unit of such a job; undefined where nothing is known. */
  secondsPerUnit(pace: string): number | undefined
  /**
   * Seconds until all of them are done, as many at once as one says.
   *
   * @param left  what is left of each job, in units of its work
   * @returns undefined while nothing is known of any of them; jobs of an unknown pace count as the mean of the others
   */
  secondsLeft(left: readonly Pick<Work, 'amount' | 'pace'>[], atOnce: number): number | undefined
}

export function paceTracker(): PaceTracker {
  const known = new Map<string, Seen>()
  const provisional = new Map<string, Seen>()
  const secondsPerUnit = (pace: string): number | undefined => {
    const seen = known.get(pace) ?? provisional.get(pace)
    return seen && seen.work > 0 ? seen.seconds / seen.work : undefined
  }
  return {
    took(pace, work, seconds) {
      const seen = known.get(pace) ?? { work: 0, seconds: 0 }
      seen.work += work
      seen.seconds += seconds
      known.set(pace, seen)
    },
    goesOn: (pace, work, seconds) => {
      provisional.set(pace, { work, seconds })
    },
    secondsPerUnit,
    secondsLeft(left, atOnce) {
      const reckoned = left.map(({ amount, pace }) => {
        const each = secondsPerUnit(pace)
        return each === undefined ? undefined : amount * each
      })
      const sure = reckoned.filter((seconds) => seconds !== undefined)
      if (sure.length === 0) return left.length === 0 ? 0 : undefined
      const mean = sure.reduce((sum, seconds) => sum + seconds, 0) / sure.length
      const all = reckoned.map((seconds) => seconds ?? mean)
      const total = all.reduce((sum, seconds) => sum + seconds, 0)
      // Not sooner than the longest of them.
      return Math.max(total / Math.max(1, Math.min(atOnce, all.length)), ...(all.length < 10_000 ? all : []))
    },
  }
}
