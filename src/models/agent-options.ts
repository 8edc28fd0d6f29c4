// Options that all agents have, and what follows from them: the environment that they act in.
import { z } from 'zod'
import { ENVIRONMENTS, type Environment, makeEnvironment, rulesNamed } from '../environments/index.ts'
import type { ActingIn, Offer } from '../objectives/offer.ts'

export const share = z.number().min(0).max(1)
const names = ENVIRONMENTS.map(({ name }) => name) as [string, ...string[]]

/** Options of the environment. */
export const played = {
  env: z.enum(names).default('space-invaders').describe('the game that it learns to play'),
  actions: z
    .enum(['all', 'minimal'])
    .default('all')
    .describe(
      'actions that it may take: all of the family, or the minimal set that does something in this game',
    ),
  sticky: share
    .lt(1)
    .optional()
    .describe(
      'probability that a step repeats the action of the step before (default: that of the game, 0.1 for those of MinAtar)',
    ),
}
type Played = z.output<z.ZodObject<typeof played>>

/** Options of what is learned. */
export const learned = {
  gamma: share
    .lt(1)
    .default(0.99)
    .describe('what a reward of the next frame is worth beside one of this frame'),
  lastEpsilon: share.describe('the last probability of an action by chance, while it learns'),
}

/** A copy of the environment. @throws ConfigError for options that cannot be */
export const environmentFor = ({ env, actions, sticky }: Played): Environment =>
  makeEnvironment(env, { actions, sticky })

/** What a network of it sees and gives. */
export function portsFor({ env, actions }: Pick<Played, 'env' | 'actions'>) {
  const rules = rulesNamed(env)
  return {
    observation: rules.observation,
    actions: (actions === 'all' ? rules.actions : rules.minimal).length,
  }
}

/** What it acts in, as its policy says. */
export const actingIn = (
  { env, actions, sticky }: Played,
  returns?: readonly number[],
): Required<Pick<Offer, 'environment'>> & { environment: ActingIn } => ({
  environment: { name: env, options: { actions, sticky }, returns },
})
