// What is known of a number of one group of runs: mean, spread and count, or the reason why there is none.

/** What a mean was taken over: runs of several seeds, draws of samples, or consecutive parts of one training. */
export type Over = 'runs' | 'draws' | 'parts'

export interface Found {
  /** `null` when there is none; then `reason` says why. */
  value: number | null
  /** Standard deviation over the `n` (divisor n - 1); absent for n < 2 and where none was recorded. */
  deviation?: number
  /** How many numbers the mean is of; 0 without a value. */
  n: number
  over: Over
  /** Why there is no value; beside a value: why it is not of all runs, so that it is not ranked. */
  reason?: string
  /** What limits a value that is there. */
  caveats: string[]
}

/** A number that is missing. */
export const missing = (reason: string): Found => ({
  value: null,
  n: 0,
  over: 'draws',
  reason,
  caveats: [],
})

const unique = (texts: readonly string[]): string[] => [...new Set(texts)]

/** Mean and standard deviation (divisor n - 1; one number has none). */
export function meanOf(values: readonly number[], over: Over): Found {
  const n = values.length
  const value = values.reduce((sum, x) => sum + x, 0) / n
  if (n < 2) return { value, n, over, caveats: [] }
  const squares = values.reduce((sum, x) => sum + (x - value) ** 2, 0)
  return { value, deviation: Math.sqrt(squares / (n - 1)), n, over, caveats: [] }
}

/**
 * What the runs of a group found, as one: a single run as it is, several as mean and standard deviation over runs.
 * Where some have no value, the mean is of the others and `reason` says so.
 *
 * @param found  one per run, at least one
 */
export function together(found: readonly Found[]): Found {
  if (found.length === 1) return found[0]!
  const values = found.flatMap(({ value }) => (value === null ? [] : [value]))
  const reasons = unique(found.flatMap(({ reason }) => (reason === undefined ? [] : [reason])))
  const caveats = unique(found.flatMap((each) => each.caveats))
  if (values.length === 0) return { ...missing(reasons.join('; ')), over: 'runs', caveats }
  const mean = { ...meanOf(values, 'runs'), caveats }
  if (values.length === found.length) return mean
  return { ...mean, reason: `of ${values.length} of ${found.length} runs only: ${reasons.join('; ')}` }
}
