// Whether a log holds what it should up to a step, and its text put right where that can be done from the log itself.
import { readMetricsRow } from './lines.ts'

/** What is wrong with a log. */
export interface LogProblem {
  readonly problem: string
  /** True where the text that `checkLog` returns is right again; false where something is gone. */
  readonly mended: boolean
}

export interface LogCheck {
  /** Readable lines of steps up to `until`, those of one step once and in order where that is asked for. */
  readonly text: string
  readonly problems: readonly LogProblem[]
}

export interface LogRules {
  /** The last step that is looked at. */
  readonly until: number
  /** Every step has one line at most. Otherwise lines are left as they are. */
  readonly once: boolean
  /** Steps that must have a line, in order; with `once`. */
  readonly expected?: readonly number[]
  /** Numbers that each line must have. */
  readonly columns?: readonly string[]
}

interface Line {
  readonly text: string
  readonly step: number
}

/** Steps as people say them: `3, 5 to 9 and 12`. */
function stepRanges(steps: readonly number[], every = 1): string {
  const ranges: [number, number][] = []
  for (const step of steps) {
    const last = ranges.at(-1)
    if (last && step === last[1] + every) last[1] = step
    else ranges.push([step, step])
  }
  const words = ranges.map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`))
  const shown = words.length > 6 ? [...words.slice(0, 5), `${words.length - 5} more places`] : words
  return shown.length < 2 ? shown.join() : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}

/** The step of a line; undefined when it cannot be read or lacks a number. */
function stepOf(text: string, columns: readonly string[]): number | undefined {
  try {
    const value = JSON.parse(text) as Record<string, unknown>
    return columns.every((name) => name in value) ? readMetricsRow({ step: value.step }).step : undefined
  } catch {
    return undefined
  }
}

/**
 * Checks a log up to a step. A torn end is no problem: its step is made again in any case.
 *
 * @param log  the whole text of the file
 */
export function checkLog(log: string, { until, once, expected = [], columns = [] }: LogRules): LogCheck {
  const texts = log.split('\n').slice(0, -1)
  const problems: LogProblem[] = []
  const lines: Line[] = []
  let unread: number[] = []
  texts.forEach((text, index) => {
    const step = stepOf(text, columns)
    if (step === undefined) {
      unread.push(index)
      return
    }
    if (step > until) return
    // Unreadable lines after the last step that counts are what a power cut leaves: they go with that end.
    // Where steps are counted, those that are gone are told below.
    for (const line of unread) problems.push({ problem: `line ${line + 1} cannot be read`, mended: once })
    unread = []
    lines.push({ text, step })
  })
  if (!once) return { text: joined(lines), problems }

  const ordered = lines.toSorted((a, b) => a.step - b.step)
  if (ordered.some((line, i) => line !== lines[i]))
    problems.push({ problem: 'its lines are not in order', mended: true })
  const kept = ordered.filter((line, i) => line.text !== ordered[i - 1]?.text)
  if (kept.length < ordered.length) {
    const twice = ordered.flatMap((line, i) => (line.text === ordered[i - 1]?.text ? [line.step] : []))
    problems.push({
      problem: `it has the lines of steps ${stepRanges([...new Set(twice)])} more than once`,
      mended: true,
    })
  }
  const clash = kept.find((line, i) => line.step === kept[i - 1]?.step)
  if (clash) problems.push({ problem: `it has lines of step ${clash.step} that differ`, mended: false })
  const present = new Set(kept.map(({ step }) => step))
  const missing = expected.filter((step) => step <= until && !present.has(step))
  if (missing.length > 0) {
    const every = expected.length > 1 ? expected[1]! - expected[0]! : 1
    const which = missing.length === 1 ? 'the line of step' : 'the lines of steps'
    problems.push({ problem: `it lacks ${which} ${stepRanges(missing, every)}`, mended: false })
  }
  return { text: joined(kept), problems }
}

const joined = (lines: readonly Line[]): string => lines.map(({ text }) => `${text}\n`).join('')
