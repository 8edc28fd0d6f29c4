// How the numbers of a log are looked at: every so many steps, at their means over a stretch; a notice when an episode
// begins and one when it is over.
import { LOOK, type Verdict, WINDOW } from '../watches/watch.ts'
import type { MetricsRow, Notice } from './notice.ts'

/**
 * Means over the last `WINDOW` steps after each step that is a multiple of `LOOK`; undefined at all other steps, and
 * before the window is full. A pure function of the rows it has been given, which start with step 0.
 */
export function windowMeans(names: readonly string[]): (row: MetricsRow) => readonly number[] | undefined {
  /** Means of the stretches between two looks, the newest last. */
  const parts: number[][] = []
  let sums = names.map(() => 0)
  let count = 0
  return (row) => {
    // A metric that is not logged gives NaN, of which nothing is ever said.
    for (let i = 0; i < names.length; i++) sums[i]! += row[names[i]!] ?? Number.NaN
    count++
    if (row.step === 0 || row.step % LOOK !== 0) return undefined
    parts.push(sums.map((sum) => sum / count))
    sums = names.map(() => 0)
    count = 0
    if (parts.length > WINDOW / LOOK) parts.shift()
    // Summed anew each time: a running sum would never recover from one enormous number.
    return parts.length === WINDOW / LOOK
      ? names.map((_, i) => parts.reduce((sum, part) => sum + part[i]!, 0) / parts.length)
      : undefined
  }
}

/**
 * Notices of the episodes in a row of looks: one when an episode begins, one when it is over.
 *
 * @param patience  looks in a row that must agree. Default 1
 * @param begun     whether an episode is on already
 */
export function episodes(
  kind: Notice['kind'],
  { patience = 1, begun = false }: { readonly patience?: number; readonly begun?: boolean } = {},
): (step: number, verdict: Verdict, say: { lost(): string; over(): string }) => Notice[] {
  let on = begun
  let agreeing = 0
  return (step, verdict, say) => {
    agreeing = verdict === (on ? 'well' : 'lost') ? agreeing + 1 : 0
    if (agreeing < patience) return []
    on = !on
    agreeing = 0
    return [
      {
        step,
        kind,
        ...(on ? { severity: 'warning', message: say.lost() } : { severity: 'info', message: say.over() }),
      },
    ]
  }
}
