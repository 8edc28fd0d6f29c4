// The registry of environments: adding one is a file and a line.
import { ConfigError } from '../util/errors.ts'
import { nearestName } from '../util/nearest-name.ts'
import { breakoutRules } from './breakout.ts'
import { cartPoleRules } from './cart-pole.ts'
import { type Environment, type EnvironmentOptions, environmentOf } from './environment.ts'
import { freewayRules } from './freeway.ts'
import type { Rules } from './game.ts'
import { leversRules } from './levers.ts'
import { spaceInvadersRules } from './space-invaders.ts'
import type { TeamRules } from './team.ts'
import { trafficRules } from './traffic-junction.ts'

export const ENVIRONMENTS: readonly Rules[] = [spaceInvadersRules, breakoutRules, freewayRules, cartPoleRules]

/** @throws ConfigError listing the environments, with the nearest name, when there is none of this one */
export function rulesNamed(name: string): Rules {
  const found = ENVIRONMENTS.find((rules) => rules.name === name)
  if (found) return found
  const names = ENVIRONMENTS.map((rules) => rules.name)
  const near = nearestName(name, names)
  throw new ConfigError(
    `unknown environment "${name}"${near ? `; did you mean "${near}"?` : '.'} Known environments: ${names.join(', ')}`,
  )
}

/** An environment by its name. @throws ConfigError for a name or options that nobody knows */
export const makeEnvironment = (name: string, options?: EnvironmentOptions): Environment =>
  environmentOf(rulesNamed(name), options)

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
