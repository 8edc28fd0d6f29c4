// Pulling levers: agents who know only who they are each pull one of as many levers, all at once, and want all of them pulled.
import { ConfigError } from '../util/errors.ts'
import type { RandomStream } from '../util/random.ts'
import type { TeamGame, TeamRules } from './team.ts'

export interface LeversOptions {
  /** Agents who act, and levers; default 5. */
  readonly agents?: number
  /** Those of whom they are drawn; default 500. */
  readonly pool?: number
}

/** Writes who acts: `agents` numbers below `pool`, drawn with replacement. */
export function drawLeverAgents(
  random: RandomStream,
  pool: number,
  out: { [at: number]: number },
  agents: number,
) {
  for (let i = 0; i < agents; i++) out[i] = random.integer(pool)
}

/** The place of each among all by its number, from 0; of the same number the first comes first. */
export const leverRanks = (ids: ArrayLike<number>): number[] =>
  Array.from(ids, (id, i) => {
    let rank = 0
    for (let j = 0; j < ids.length; j++) if (ids[j]! < id || (ids[j] === id && j < i)) rank++
    return rank
  })

/** Different levers among those that are pulled. */
export const distinctLevers = (pulled: ArrayLike<number>): number => new Set(Array.from(pulled)).size

/** The mean of different levers when each of n agents pulls one of n by chance. */
const distinctByChance = (n: number): number => n * (1 - (1 - 1 / n) ** n)

/**
 * One step; the reward of all is (different levers - 1) / (agents - 1).
 *
 * @throws ConfigError for fewer than two agents
 * @source Sukhbaatar, Szlam & Fergus 2016, arXiv:1605.07736, section 4.1
 */
export function leversRules({ agents = 5, pool = 500 }: LeversOptions = {}): TeamRules {
  if (!(Number.isInteger(agents) && agents >= 2))
    throw new ConfigError(`levers: expected at least two agents, got ${agents}`)
  if (!(Number.isInteger(pool) && pool >= agents))
    throw new ConfigError(
      `levers: expected a pool of at least as many as the ${agents} agents that are drawn, got ${pool}`,
    )
  const chance = distinctByChance(agents)
  return {
    name: 'levers',
    summary: `${agents} of ${pool} agents each pull one of ${agents} levers at once, without knowing more than who they are`,
    agents,
    observation: { shape: [], dtype: 'float32', low: 0, high: pool - 1 },
    actions: Array.from({ length: agents }, (_, i) => `lever ${i + 1}`),
    steps: 1,
    measures: [
      {
        name: 'normalizedReward',
        label: `Normalised reward, (distinct - 1) / ${agents - 1}`,
        better: 'higher',
        format: 'number',
        byChance: (chance - 1) / (agents - 1),
      },
      {
        name: 'distinctShare',
        label: `Distinct levers / ${agents}`,
        better: 'higher',
        format: 'number',
        byChance: chance / agents,
      },
    ],
    create(): TeamGame {
      const ids = new Int32Array(agents)
      let distinct = 0
      return {
        reset(random) {
          drawLeverAgents(random, pool, ids, agents)
          distinct = 0
        },
        step(actions, _, rewards) {
          distinct = distinctLevers(actions)
          rewards.fill((distinct - 1) / (agents - 1))
          return true
        },
        observe: (out, at) => out.set(ids, at),
        present: (out, at) => void out.fill(1, at, at + agents),
        outcome: () => [(distinct - 1) / (agents - 1), distinct / agents],
        save: () => [distinct, ...ids],
        restore([was, ...drawn]) {
          distinct = was!
          ids.set(drawn)
        },
      }
    },
  }
}
