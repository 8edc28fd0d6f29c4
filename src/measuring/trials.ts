// Measures a team by playing: whole episodes of its task, beside agents who choose by chance.
import {
  actByChance,
  playTeams,
  type TeamPolicy,
  type TeamRules,
  teamInputs,
  teamPolicyOf,
  teams,
} from '../environments/index.ts'
import type { Measured } from '../metrics/index.ts'
import { meanAndSpread } from '../metrics/measured.ts'
import type { OfferedFunction } from '../objectives/offer.ts'
import { openFunction, type Weights } from '../training/functions.ts'
import { randomStream } from '../util/random.ts'
import type { DrawFound, FoundMeasure } from './evaluator.ts'

/** What trials come to, by the measures of the task. */
async function measured(
  rules: TeamRules,
  policy: TeamPolicy,
  count: number,
  seed: number,
): Promise<DrawFound> {
  const games = teams(rules, count)
  await playTeams(games, policy, seed)
  const outcomes = games.outcomes().map(({ outcome }) => outcome)
  const measures = rules.measures.map(({ name, label, better, format }, at): FoundMeasure => {
    const found = outcomes.map((outcome) => outcome[at]!).filter((x) => !Number.isNaN(x))
    const estimator = `mean over episodes of ${rules.name}, actions drawn by their probabilities`
    const common = { n: { trials: found.length }, estimator }
    const result: Measured =
      found.length > 0
        ? { value: meanAndSpread(found).value, ...common }
        : { value: null, reason: 'no episode has this number', ...common }
    return { name, label, better, format, result }
  })
  return { measures, shares: [] }
}

export interface Trials {
  readonly count: number
  readonly seed: number
  readonly reference: { readonly words: string; readonly hash: string }
  /** Episodes of these weights; each draw plays others. */
  measure(weights: Weights, decide: OfferedFunction, draw: number): Promise<DrawFound>
  /** The same episodes with every action as likely. */
  floor(draw: number): Promise<DrawFound>
}

/** @param count  episodes of a draw; default 500 */
export function openTrials(
  rules: TeamRules,
  { count = 500, seed = 1 }: { count?: number | undefined; seed?: number | undefined } = {},
): Trials {
  const seedOf = (draw: number): number => randomStream(seed, 'trials', draw).integer(2 ** 31)
  return {
    count,
    seed,
    reference: { words: 'agents who choose each action as likely', hash: 'none' },
    async measure(weights, decide, draw) {
      const opened = await openFunction(weights, decide, count)
      try {
        return await measured(
          rules,
          teamPolicyOf((games) => opened.run(teamInputs(decide.of.inputs, games))),
          count,
          seedOf(draw),
        )
      } finally {
        await opened.close()
      }
    },
    floor: (draw) => measured(rules, actByChance, count, seedOf(draw)),
  }
}
