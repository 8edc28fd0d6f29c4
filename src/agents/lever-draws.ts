// What teams at the levers learn from: who acts, drawn anew in every step, and whose turn each lever would be.
import type { Columns, Source } from '../data/source.ts'
import { drawLeverAgents, leverRanks } from '../environments/levers.ts'
import { randomStream } from '../util/random.ts'

export interface LeverDrawsOptions {
  /** Agents who act at once. */
  readonly agents: number
  /** Those of whom they are drawn, with replacement. */
  readonly pool: number
}

/** `agents`: who acts; `rank`: the place of each among those who act, by its number. */
export const leverColumns = ({ agents }: Pick<LeverDrawsOptions, 'agents'>) =>
  ({
    agents: { shape: [agents], dtype: 'int64' },
    rank: { shape: [agents], dtype: 'int64' },
  }) satisfies Columns

/** Every draw follows from the seed and the step, so there is no state. */
export function leverDraws({ agents, pool }: LeverDrawsOptions): Source {
  return {
    columns: leverColumns({ agents }),
    title: 'levers',
    words: `draws of ${agents} of ${pool} agents`,
    open: ({ seed, batchSize }) => ({
      fill(step, draw, columns) {
        const random = randomStream(seed, draw === 0 ? 'levers' : `levers-${draw}`, step)
        const ids = new Int32Array(agents)
        const [who, rank] = [columns.agents, columns.rank] as (BigInt64Array | undefined)[]
        for (let i = 0; i < batchSize; i++) {
          drawLeverAgents(random, pool, ids, agents)
          ids.forEach((id, j) => {
            if (who) who[i * agents + j] = BigInt(id)
          })
          if (rank)
            leverRanks(ids).forEach((place, j) => {
              rank[i * agents + j] = BigInt(place)
            })
        }
      },
    }),
  }
}
