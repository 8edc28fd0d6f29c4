// The registry of environments: adding one is a file and a line.
import { ConfigError } from '../util/errors.ts'
import { nearestName } from '../util/nearest-name.ts'
import { atariRules } from './atari/atari.ts'
import { breakoutRules } from './breakout.ts'
import { cartPoleRules } from './cart-pole.ts'
import { type Environment, type EnvironmentOptions, environmentOf } from './environment.ts'
import { freewayRules } from './freeway.ts'
import type { ChosenGame, ReadFile, Rules } from './game.ts'
import { leversRules } from './levers.ts'
import { spaceInvadersRules } from './space-invaders.ts'
import type { TeamRules } from './team.ts'
import { trafficRules } from './traffic-junction.ts'

export const ENVIRONMENTS: readonly Rules[] = [
  spaceInvadersRules,
  breakoutRules,
  freewayRules,
  cartPoleRules,
  atariRules,
]

function named(name: string): Rules {
  const found = ENVIRONMENTS.find((rules) => rules.name === name)
  if (found) return found
  const names = ENVIRONMENTS.map((rules) => rules.name)
  const near = nearestName(name, names)
  throw new ConfigError(
    `unknown environment "${name}"${near ? `; did you mean "${near}"?` : '.'} Known environments: ${names.join(', ')}`,
  )
}

/**
 * @param game  of a machine that plays several; default the first
 * @throws ConfigError listing the environments, or the games, with the nearest name, when there is none of this one
 */
export function rulesNamed(name: string, game?: string): Rules {
  const rules = named(name)
  if (game === undefined) return rules
  if (!rules.games)
    throw new ConfigError(`${name} is one game; expected none to be named, got "${game}"; it is for atari`)
  if (Object.hasOwn(rules.games, game)) return rules.games[game]!
  const names = Object.keys(rules.games)
  const near = nearestName(game, names)
  throw new ConfigError(
    `unknown game "${game}" of ${name}${near ? `; did you mean "${near}"?` : '.'} Known games: ${names.join(', ')}`,
  )
}

/**
 * Loads what an environment needs before its first episode, such as an emulator and the user's own file of a game.
 *
 * @returns what was given, with the name of the game where a machine plays several
 * @throws ConfigError for a file where none is expected, or none where one is; DataError for one that is no known game; what `read` throws
 */
export async function prepareEnvironment(
  name: string,
  chosen: ChosenGame,
  read: ReadFile,
): Promise<ChosenGame> {
  const { prepare } = rulesNamed(name, chosen.game)
  if (prepare) return prepare(chosen, read)
  if (chosen.rom !== undefined)
    throw new ConfigError(
      `${name} is played without a file; expected no --rom, got "${chosen.rom}"; it is for atari`,
    )
  return chosen
}

/** An environment by its name. @throws ConfigError for a name or options that nobody knows */
export const makeEnvironment = (name: string, options: EnvironmentOptions = {}): Environment =>
  environmentOf(rulesNamed(name, options.game), options)

/** Tasks of teams, by name: each makes rules of its options. */
export const TEAM_TASKS: Readonly<Record<string, (options?: never) => TeamRules>> = {
  levers: leversRules,
  traffic: trafficRules,
}

/** The rules of a task of a team. @throws ConfigError listing the tasks, when there is none of this name */
export function teamRulesOf(name: string, options: Readonly<Record<string, unknown>> = {}): TeamRules {
  const make = Object.hasOwn(TEAM_TASKS, name) ? TEAM_TASKS[name]! : undefined
  if (!make)
    throw new ConfigError(
      `unknown task of a team "${name}". Known tasks: ${Object.keys(TEAM_TASKS).join(', ')}`,
    )
  return make(options as never)
}
