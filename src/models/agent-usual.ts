// Defaults of agents that depend on the game: those for small grids, and what a game says that needs others.
import type { z } from 'zod'
import { ENVIRONMENTS, rulesNamed } from '../environments/index.ts'

/** Those of Dopamine's agents on MinAtar, but for the returns, which there go from -100 to 100. */
const FOR_GRIDS = {
  learningStarts: 1000,
  learningRate: 2.5e-4,
  adamEpsilon: 3.125e-4,
  targetEvery: 250,
  explore: 100_000,
  lowest: 0,
  highest: 50,
} as const satisfies Readonly<Record<string, number>>
type Name = keyof typeof FOR_GRIDS

/** An option with such a default: optional, its description tells what it is in which game. */
export function byGame<Schema extends z.ZodType<number>>(name: Name, schema: Schema, what: string) {
  const others = ENVIRONMENTS.flatMap(({ name: game, usual = {} }) =>
    name in usual ? [`; with --env ${game} ${usual[name]}`] : [],
  )
  return schema.optional().describe(`${what} (default: ${FOR_GRIDS[name]}${others.join('')})`)
}

/**
 * Options with what the game has where nothing was given.
 *
 * @param names  of all options that there are
 */
export function withUsual<Given extends { readonly env: string; readonly game?: string | undefined }>(
  given: Given,
  names: readonly string[],
): Given & Readonly<Record<Name, number>> {
  const usual: Readonly<Record<string, number>> = {
    ...FOR_GRIDS,
    ...rulesNamed(given.env, given.game).usual,
  }
  const all = given as Readonly<Record<string, unknown>>
  const missing = names.filter((name) => name in usual && all[name] === undefined)
  const found = Object.fromEntries(missing.map((name) => [name, usual[name]]))
  return { ...given, ...(found as Readonly<Record<Name, number>>) }
}
