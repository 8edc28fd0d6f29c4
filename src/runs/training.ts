// The training as a kind of run.
import { dataName } from './data-text.ts'
import { LOGS } from './logs.ts'
import type { Recipe } from './recipe.ts'
import { type RunConfig, runConfigSchema } from './schema.ts'

export const TRAINING: Recipe<RunConfig> = {
  name: 'training',
  called: 'a training',
  schema: runConfigSchema,
  logs: LOGS,
  records: ['evaluation.json', 'classification.json', 'challenge.json'],
  subject: ({ model, data, settings: { seed, steps } }) => ({
    model,
    data: dataName(data),
    seed,
    steps,
  }),
}
