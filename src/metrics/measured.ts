// What every measure gives back: a number with its circumstances, or the reason why there is none.

export interface Measured {
  /** `null` when the measure has no meaning for these samples; then `reason` says why. */
  readonly value: number | null
  /** Why there is no value. */
  readonly reason?: string
  /** What limits a value that is there. */
  readonly caveat?: string
  /** Standard deviation over draws, subsets or splits; absent where there is only one. */
  readonly spread?: number
  /** How many samples went in, by role. */
  readonly n: Readonly<Record<string, number>>
  /** How the number was estimated, settings included. */
  readonly estimator: string
}

/** Mean and standard deviation (divisor n - 1; one number has none) of draws. */
export function meanAndSpread(draws: readonly number[]): { value: number; spread?: number } {
  const n = draws.length
  const mean = draws.reduce((sum, x) => sum + x, 0) / n
  if (n < 2) return { value: mean }
  return { value: mean, spread: Math.sqrt(draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1)) }
}

/** One result of several draws of samples: their mean, or the reason of the first that has no value. */
export function overDraws(results: readonly Measured[], what: string): Measured {
  const { n, estimator } = results[0]!
  const common = { n, estimator: results.length > 1 ? `${estimator}; ${results.length} ${what}` : estimator }
  const without = results.find(({ value }) => value === null)
  if (without) return { value: null, ...(without.reason ? { reason: without.reason } : {}), ...common }
  const caveat = results.find((result) => result.caveat !== undefined)?.caveat
  return {
    ...meanAndSpread(results.map(({ value }) => value!)),
    ...(caveat === undefined ? {} : { caveat }),
    ...common,
  }
}
