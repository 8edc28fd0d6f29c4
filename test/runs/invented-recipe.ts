// A kind of run that there is not: a match of several rounds, with a log and a result of its own.
import { z } from 'zod'
import { logTable, RECIPES, type Recipe, type RecipeTable, runHeadSchema } from '../../src/runs/index.ts'
import { createRunOf } from '../../src/runs/node/index.ts'
import { inventedConfig } from './invented-run.ts'

const matchSchema = runHeadSchema.extend({
  recipe: z.literal('match'),
  players: z.array(z.string()).length(2),
  rounds: z.int().min(1),
  seed: z.int(),
})
export type MatchConfig = z.infer<typeof matchSchema>

export const MATCH: Recipe<MatchConfig> = {
  name: 'match',
  called: 'a match',
  schema: matchSchema,
  logs: logTable({
    moves: {
      title: 'Moves',
      holds: 'who won each round, and in how many moves',
      schema: z.object({ step: z.int().min(0), moves: z.number(), winner: z.string() }),
    },
  }),
  records: ['result.json'],
  subject: ({ players, rounds, seed }) => ({
    model: players.join(' against '),
    data: 'chess',
    seed,
    steps: rounds,
  }),
}

export const WITH_MATCHES: RecipeTable = { ...RECIPES, match: MATCH }

export function matchConfig(): MatchConfig {
  const { format, createdAt, versions, machine } = inventedConfig()
  return {
    format,
    createdAt,
    versions,
    machine,
    recipe: 'match',
    command: ['sparring', 'match', 'red', 'blue'],
    players: ['red', 'blue'],
    rounds: 4,
    seed: 3,
  }
}

/** A match of which two rounds were played. */
export async function playMatch(folder: string): Promise<void> {
  const run = await createRunOf(MATCH, folder, matchConfig())
  try {
    await run.append('moves', [
      { step: 0, moves: 31, winner: 'red' },
      { step: 1, moves: 17, winner: 'blue' },
    ])
    await run.writeFile('result.json', '{"red":1,"blue":1}\n')
    await run.writeCheckpoint({ step: 1, tensors: {} })
    await run.writeStatus({ state: 'stopped', step: 1 })
  } finally {
    await run.close()
  }
}
