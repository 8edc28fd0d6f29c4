// Newcomers while a training goes on: how somebody fares who was not trained along.
import type { Examples, Source } from '../../data/source.ts'
import { meetNewcomer, newcomerSeed } from '../challenge.ts'
import type { MetricsRow } from '../notice.ts'
import type { OpenWatcher } from '../watcher.ts'

export interface ChallengeWatcherOptions {
  readonly source: Source | Examples
  readonly batchSize: number
}

/** Lets a newcomer learn against the weights as they are, where the objective declares a challenge with a pace. */
export const challenge =
  ({ source, batchSize }: ChallengeWatcherOptions): OpenWatcher =>
  async ({ objective, engine, program, seed }) => {
    const declared = objective.challenge
    if (!declared || declared.every === 0) return undefined
    return {
      every: declared.every,
      async *observe(step) {
        const weights = await program.read()
        const found = await meetNewcomer({
          challenge: declared,
          source,
          engine,
          batchSize,
          seed: newcomerSeed(seed, step, 0),
          weights,
        })
        yield { type: 'record', log: 'challenges', row: { step, ...found } as MetricsRow }
      },
    }
  }
