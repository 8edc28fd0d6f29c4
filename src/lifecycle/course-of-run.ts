// What measures a run now and then while it trains.
import type { Classify } from '../data/modes.ts'
import type { RunConfig } from '../runs/index.ts'
import type { Weights } from '../training/functions.ts'

export interface Course {
  /** The log that has it. */
  readonly log: NonNullable<RunConfig['evaluated']>
  /** Measures of one draw of samples, by name, always from the same latents; NaN where there is no value. */
  evaluate(weights: Weights): Promise<Readonly<Record<string, number>>>
  /** Names images, where the measures look through a classifier. */
  readonly classify?: Classify | undefined
  close(): Promise<void>
}
