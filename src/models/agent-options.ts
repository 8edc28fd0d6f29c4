// Options that all agents have, and what follows from them: the environment that they act in.
import { z } from 'zod'
import {
  ENVIRONMENTS,
  type Environment,
  makeEnvironment,
  prepareEnvironment,
  type ReadFile,
  rulesNamed,
} from '../environments/index.ts'
import type { ActingIn, Offer } from '../objectives/offer.ts'

export const share = z.number().min(0).max(1)
const names = ENVIRONMENTS.map(({ name }) => name) as [string, ...string[]]

/** Options of the environment. */
export const played = {
  env: z.enum(names).default('space-invaders').describe('the game that it learns to play'),
  game: z
    .string()
    .optional()
    .describe('with --env atari: which game (default: that of --rom, or sky-lanes, which comes along)'),
  rom: z
    .string()
    .optional()
    .describe(
      "with --env atari: your own file of a game's cartridge (default: none, the game that comes along)",
    ),
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
export const environmentFor = ({ env, actions, sticky, game }: Played): Environment =>
  makeEnvironment(env, { actions, sticky, game })

/** Of these options, those that name files. */
export const GAME_FILES = ['rom'] as const satisfies readonly (keyof Played)[]

/** The same options, once the emulator and the user's file are there, where the environment needs them. */
export async function prepareGame<Options extends Pick<Played, 'env' | 'game' | 'rom'>>(
  given: Options,
  read: ReadFile,
): Promise<Options> {
  const { env, game, rom } = given
  return { ...given, ...(await prepareEnvironment(env, { game, rom }, read)) }
}

/** What it plays, as it is called: the game, of a machine that plays several both. */
export const gameCalled = ({ env, game }: Pick<Played, 'env' | 'game'>): string =>
  game === undefined ? env : `${env} ${game}`

/** What a network of it sees and gives, and to what its rewards are cut. */
export function portsFor({ env, actions, game }: Pick<Played, 'env' | 'actions' | 'game'>) {
  const rules = rulesNamed(env, game)
  return {
    observation: rules.observation,
    clip: rules.clip,
    actions: (actions === 'all' ? rules.actions : rules.minimal).length,
  }
}

/** What it acts in, as its policy says. */
export const actingIn = (
  { env, actions, sticky, game, rom }: Played,
  returns?: readonly number[],
): Required<Pick<Offer, 'environment'>> & { environment: ActingIn } => ({
  environment: { name: env, options: { actions, sticky, game, rom }, returns },
})
