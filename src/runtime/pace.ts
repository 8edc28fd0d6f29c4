// How many steps a call makes: long enough to hide its overhead, short enough to watch and to stop.

/** Seconds that a call should last, about. */
const TARGET_SECONDS = 0.4
/** What is fed and kept in one call. */
const MOST_BYTES = 24 * 2 ** 20
const MOST_STEPS = 32

export interface Pace {
  /** Steps that the next call should make. */
  steps(): number
  /** Tells how long the last call took. */
  took(steps: number, seconds: number): void
}

/** The first call is a single step: nobody knows yet how long one takes. */
export function pace(bytesPerStep: number): Pace {
  const most = Math.min(MOST_STEPS, Math.floor(MOST_BYTES / Math.max(1, bytesPerStep)))
  let secondsPerStep = TARGET_SECONDS
  return {
    steps: () => Math.max(1, Math.min(most, Math.round(TARGET_SECONDS / secondsPerStep))),
    took(steps, seconds) {
      secondsPerStep = seconds / steps
    },
  }
}
