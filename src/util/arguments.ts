// Checks of the arguments of constructors: each is of a kind, and a kind says in words what it is.
import { ConfigError } from './errors.ts'
import { checkNames, show } from './options.ts'

/** What an argument may be. */
export interface Kind {
  /** In words, as a message goes on after "must be". */
  readonly expected: string
  is(value: unknown): boolean
}

export const NAME: Kind = {
  expected: "a name, such as 'generator'",
  is: (value) => typeof value === 'string' && value !== '',
}

export const SHAPE: Kind = {
  expected: 'the shape of one example, without the batch axis, such as [28, 28, 1]',
  is: (value) => Array.isArray(value) && value.every((length) => Number.isInteger(length) && length >= 1),
}

/** An object that has these methods and lists: what tells a layer, network or optimizer from anything else. */
export const withParts = (
  expected: string,
  { methods, lists = [] }: { readonly methods: readonly string[]; readonly lists?: readonly string[] },
): Kind => ({
  expected,
  is(value) {
    if (typeof value !== 'object' || value === null) return false
    const parts = value as Readonly<Record<string, unknown>>
    return (
      methods.every((name) => typeof parts[name] === 'function') &&
      lists.every((name) => Array.isArray(parts[name]))
    )
  },
})

export const listOf = (kind: Kind): Kind => ({
  expected: `a list, each ${kind.expected}`,
  is: (value) => Array.isArray(value) && value.every((element) => kind.is(element)),
})

export const recordOf = (kind: Kind): Kind => ({
  expected: `a record, each entry ${kind.expected}`,
  is: (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every(kind.is),
})

export const FUNCTION: Kind = { expected: 'a function', is: (value) => typeof value === 'function' }

/** Another check follows, one that says more. */
export const ANYTHING: Kind = { expected: 'anything', is: () => true }

/** `[28, 28, 1]` and the like are short enough to be shown, networks are not. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = show(value)
  return text.length <= 80 ? text : `${text.slice(0, 76)} ...`
}

/**
 * Rejects arguments that are missing, of another kind, or unknown.
 *
 * @param what   what is made of them, as messages begin; followed by its name where it has one: `gan "digits"`
 * @param given  one record
 * @param kinds  every argument there is
 * @throws ConfigError such as `gan "digits": generator must be a network, as sequential makes it, got nothing`
 */
export function checkArguments(what: string, given: unknown, kinds: Readonly<Record<string, Kind>>): void {
  const { name } = { ...(given as { readonly name?: unknown }) }
  const where = typeof name === 'string' && name !== '' ? `${what} "${name}"` : what
  checkNames(where, given, Object.keys(kinds))
  for (const [argument, kind] of Object.entries(kinds))
    checkArgument(where, argument, (given as Readonly<Record<string, unknown>>)[argument], kind)
}

/** The same for one argument with a place of its own, such as the layers of a network. */
export function checkArgument(where: string, argument: string, value: unknown, kind: Kind): void {
  if (!kind.is(value))
    throw new ConfigError(`${where}: ${argument} must be ${kind.expected}, got ${shown(value)}`)
}
