// Measuring while a training goes on: by any measure of the weights, with names of its own.
import type { Weights } from '../functions.ts'
import type { MetricsRow } from '../notice.ts'
import type { OpenWatcher } from '../watcher.ts'

export interface EvaluationOptions {
  readonly every: number
  /** The log that gets them; default `evaluations`. */
  readonly log?: string
  /** Measures the weights, by name; numbers that are not finite mean that there is none. */
  readonly measure: (weights: Weights) => Promise<Readonly<Record<string, number>>>
}

/** Measures the weights in a way that the objective knows nothing of. */
export const evaluation =
  ({ every, log = 'evaluations', measure }: EvaluationOptions): OpenWatcher =>
  async ({ program }) =>
    every === 0
      ? undefined
      : {
          every,
          async *observe(step) {
            const row = { step, ...(await measure(program)) } as MetricsRow
            yield { type: 'record', log, row }
          },
        }
