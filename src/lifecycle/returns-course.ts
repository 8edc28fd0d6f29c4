// Whole episodes that an agent plays while it trains, with its best actions only.
import { playEpisodes } from '../agents/index.ts'
import { type EnvironmentOptions, makeEnvironment, rulesNamed } from '../environments/index.ts'
import type { Objective } from '../objectives/objective.ts'
import { functionOf } from '../objectives/offer.ts'
import { openFunction } from '../training/functions.ts'
import type { Course } from './course-of-run.ts'

/** Episodes of a measurement, steps after which each is cut off, and the first of their seeds: no training plays these. */
export const EVALUATED = { episodes: 10, mostSteps: 10_000, seed: 2 ** 40 } as const

/** The same games every time, on the weights where they lie. */
export function returnsCourse(objective: Objective): Course {
  const act = functionOf(objective, 'act')
  const { name, options } = act.environment!
  const { episodes, mostSteps, seed } = EVALUATED
  const rules = rulesNamed(name, options.game as string | undefined)
  const limit = { maxEpisodeSteps: Math.min(mostSteps, rules.maxEpisodeSteps ?? mostSteps) }
  const [port] = Object.keys(act.of.inputs) as [string]
  return {
    log: 'returns',
    async evaluate(weights) {
      const decide = await openFunction(weights, act, episodes)
      try {
        const { returns, lengths } = await playEpisodes({
          make: () => makeEnvironment(name, { ...(options as EnvironmentOptions), ...limit }),
          episodes,
          seed,
          decide: async (seen) => ({ values: await decide.run({ [port]: Float32Array.from(seen) }) }),
        })
        const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / episodes
        return {
          meanReturn: mean(returns),
          lowestReturn: Math.min(...returns),
          highestReturn: Math.max(...returns),
          meanLength: mean(lengths),
          episodes,
        }
      } finally {
        await decide.close()
      }
    },
    close: async () => {},
  }
}
