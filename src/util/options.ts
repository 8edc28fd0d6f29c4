// Checks of option records: unknown names, numbers out of range, unknown choices.
import { ConfigError } from './errors.ts'
import { nearestName } from './nearest-name.ts'

/** A value as messages show it. */
export const show = (value: unknown): string => {
  if (typeof value === 'number' || value === undefined) return String(value)
  if (typeof value === 'function') return value.name ? `function ${value.name}` : 'a function'
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    // A circle, as values of a graph have it, or a bigint.
    return typeof value === 'object' ? 'an object' : String(value)
  }
}

const hint = (name: string, known: readonly string[]): string => {
  const nearest = nearestName(name, known)
  return nearest === undefined ? '.' : `; did you mean "${nearest}"?`
}

/**
 * Rejects an option record with names outside `known`.
 *
 * @param where  what the options are for, as the message begins: `dense "hidden"`
 * @throws ConfigError with the nearest known name and all of them
 */
export function checkNames(where: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new ConfigError(`${where}: expects one record of options, got ${show(options)}`)
  for (const name of Object.keys(options))
    if (!known.includes(name))
      throw new ConfigError(
        `${where}: unknown option "${name}"${hint(name, known)} Known options: ${known.join(', ')}`,
      )
}

/** Which numbers an option takes. */
export interface NumberRange {
  readonly integer?: boolean
  /** Smallest allowed. */
  readonly atLeast?: number
  /** Largest allowed. */
  readonly atMost?: number
  /** Must be larger than this. */
  readonly above?: number
  /** Must be smaller than this. */
  readonly below?: number
}

/** `0 <= rate < 1` or `units >= 1`, as it is written in messages. */
function describeRange(name: string, { atLeast, atMost, above, below }: NumberRange): string {
  const low = above ?? atLeast
  const high = below ?? atMost
  const strictLow = above !== undefined
  const ceiling = high === undefined ? '' : ` ${below !== undefined ? '<' : '<='} ${high}`
  if (low === undefined) return name + ceiling
  if (high === undefined) return `${name} ${strictLow ? '>' : '>='} ${low}`
  return `${low} ${strictLow ? '<' : '<='} ${name}${ceiling}`
}

/**
 * A number option within its range.
 *
 * @throws ConfigError such as `dropout: rate must be a number with 0 <= rate < 1, got 1.5`
 */
export function checkNumber(where: string, name: string, value: unknown, range: NumberRange = {}): number {
  const { integer = false, atLeast, atMost, above, below } = range
  if (
    typeof value === 'number' &&
    Number.isFinite(value) &&
    (!integer || Number.isInteger(value)) &&
    (atLeast === undefined || value >= atLeast) &&
    (atMost === undefined || value <= atMost) &&
    (above === undefined || value > above) &&
    (below === undefined || value < below)
  )
    return value
  const bounds = describeRange(name, range)
  throw new ConfigError(
    `${where}: ${name} must be ${integer ? 'an integer' : 'a number'}${bounds === name ? '' : ` with ${bounds}`}, got ${show(value)}`,
  )
}

/** An option that is true or false. */
export function checkBoolean(where: string, name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw new ConfigError(`${where}: ${name} must be true or false, got ${show(value)}`)
}

/**
 * The entry of a table that an option names.
 *
 * @throws ConfigError with the nearest known name and all of them
 */
export function checkChoice<T>(
  where: string,
  name: string,
  value: unknown,
  table: Readonly<Record<string, T>>,
): T {
  const known = Object.keys(table)
  if (typeof value === 'string' && Object.hasOwn(table, value)) return table[value]!
  throw new ConfigError(
    `${where}: unknown ${name} ${show(value)}${hint(String(value), known)} Known: ${known.join(', ')}`,
  )
}
