// Which code has run: V8's own block coverage, as the places of our files that were not reached so far.
// @ts-check
import { Session } from 'node:inspector'

/** @typedef {[from: number, to: number]} Span */

/** What both lists of sorted spans hold. @param {readonly Span[]} a @param {readonly Span[]} b @returns {Span[]} */
function common(a, b) {
  /** @type {Span[]} */
  const out = []
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [x, y] = /** @type {[Span, Span]} */ ([a[i], b[j]])
    const [from, to] = [Math.max(x[0], y[0]), Math.min(x[1], y[1])]
    if (from < to) out.push([from, to])
    if (x[1] < y[1]) i++
    else j++
  }
  return out
}

/** @param {readonly Span[]} spans */
const lengthOf = (spans) => spans.reduce((sum, [from, to]) => sum + to - from, 0)

/**
 * Starts counting; what shall be counted must be loaded after it.
 *
 * @param {RegExp} ours  addresses of the files that count
 */
export function startCoverage(ours) {
  const session = new Session()
  session.connect()
  session.post('Profiler.enable')
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  /** The characters of each function that never ran. @type {Map<string, Span[]>} */
  const missing = new Map()
  let covered = 0
  return {
    /** Characters of code that ran at least once. */
    covered: () => covered,
    /**
     * Takes what ran since the last time.
     *
     * @param {boolean} [remember]  false: only to look
     * @returns {boolean}  whether some of it never ran before
     */
    take(remember = true) {
      let fresh = 0
      session.post('Profiler.takePreciseCoverage', (error, taken) => {
        if (error) throw error
        for (const { url, functions } of taken.result) {
          if (!ours.test(url)) continue
          for (const { ranges } of functions) {
            const whole = ranges[0]
            if (!whole || whole.count === 0) continue
            const key = `${url}:${whole.startOffset}-${whole.endOffset}`
            const before = missing.get(key) ?? [/** @type {Span} */ ([whole.startOffset, whole.endOffset])]
            if (before.length === 0) continue
            const spans = ranges
              .filter(({ count }) => count === 0)
              .map((range) => /** @type {Span} */ ([range.startOffset, range.endOffset]))
            const after = common(
              before,
              spans.sort((a, b) => a[0] - b[0]),
            )
            fresh += lengthOf(before) - lengthOf(after)
            if (remember) missing.set(key, after)
          }
        }
      })
      if (remember) covered += fresh
      return fresh > 0
    },
  }
}
