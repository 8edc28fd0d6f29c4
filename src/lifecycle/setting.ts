// A setting as people give it: its flag, its environment variable, its help, and how its text is read.
import { z } from 'zod'
import { ConfigError } from '../util/errors.ts'
import { flagOf } from '../util/flag.ts'
import { nearestName } from '../util/nearest-name.ts'

/** One setting of a command, whatever the place it is given at. */
export interface Setting {
  /** As in a configuration file: `batchSize`. */
  readonly name: string
  /** As on the command line: `--batch-size`. */
  readonly flag: string
  /** As in the environment: `SPARRING_BATCH_SIZE`. */
  readonly variable: string
  readonly kind: 'number' | 'boolean' | 'text'
  /** Stands for the value in help: `<n>`; empty for booleans. */
  readonly placeholder: string
  readonly description: string
  readonly default?: unknown
  readonly integer: boolean
  readonly minimum?: number
  readonly maximum?: number
  /** Limits that are themselves too small, or too large. */
  readonly above?: number
  readonly below?: number
  /** What it must be divisible by. */
  readonly multipleOf?: number
  /** Of texts: the regular expression that they fit. */
  readonly pattern?: string
  /** The values there are, when they are few. */
  readonly choices?: readonly (string | number)[]
  /** Whether it may be given several times; several values are then a list. */
  readonly list?: boolean
  /** What is accepted, in words: `a whole number of at least 1`. */
  readonly expected: string
  accepts(value: unknown): boolean
}

/** `latentDim` as it stands in the environment: `SPARRING_LATENT_DIM`. */
export const variableOf = (name: string): string =>
  `SPARRING_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`

/** The part of a JSON Schema that settings are made of. */
interface FieldSchema {
  readonly type?: string
  readonly multipleOf?: number
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly pattern?: string
  readonly title?: string
  readonly examples?: readonly unknown[]
  readonly description?: string
  readonly default?: unknown
}

function describeNumber(field: FieldSchema): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = field
  const bounds = [
    exclusiveMinimum !== undefined ? `above ${exclusiveMinimum}` : undefined,
    minimum !== undefined && minimum > -Number.MAX_SAFE_INTEGER ? `of at least ${minimum}` : undefined,
    exclusiveMaximum !== undefined ? `below ${exclusiveMaximum}` : undefined,
    maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? `at most ${maximum}` : undefined,
    multipleOf !== undefined ? `divisible by ${multipleOf}` : undefined,
  ].filter((bound) => bound !== undefined)
  const what = field.type === 'integer' ? 'a whole number' : 'a number'
  return bounds.length > 0 ? `${what} ${bounds.join(' and ')}` : what
}

function describeField(field: FieldSchema): Pick<Setting, 'kind' | 'placeholder' | 'expected'> {
  if (field.enum) {
    const choices = field.enum.join('|')
    const kind = field.enum.every((choice) => typeof choice === 'number') ? 'number' : 'text'
    return { kind, placeholder: `<${choices}>`, expected: `one of ${field.enum.join(', ')}` }
  }
  switch (field.type) {
    case 'integer':
      return { kind: 'number', placeholder: '<n>', expected: describeNumber(field) }
    case 'number':
      return { kind: 'number', placeholder: '<x>', expected: describeNumber(field) }
    case 'boolean':
      return { kind: 'boolean', placeholder: '', expected: 'true or false' }
    case 'string':
      return {
        kind: 'text',
        placeholder: `<${field.title ?? 'text'}>`,
        expected: field.examples ? `a text such as ${field.examples.join(' or ')}` : 'a text',
      }
    default:
      throw new TypeError(`a setting of type ${field.type ?? 'unknown'} cannot be given as a flag`)
  }
}

function limitsOf({
  type,
  minimum,
  maximum,
  exclusiveMinimum: above,
  exclusiveMaximum: below,
  multipleOf,
  pattern,
  enum: choices,
}: FieldSchema): Pick<
  Setting,
  'integer' | 'minimum' | 'maximum' | 'above' | 'below' | 'multipleOf' | 'pattern' | 'choices'
> {
  return {
    integer: type === 'integer',
    ...(minimum !== undefined && minimum > -Number.MAX_SAFE_INTEGER ? { minimum } : {}),
    ...(maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? { maximum } : {}),
    ...(above !== undefined ? { above } : {}),
    ...(below !== undefined ? { below } : {}),
    ...(multipleOf !== undefined ? { multipleOf } : {}),
    ...(pattern !== undefined ? { pattern } : {}),
    ...(choices ? { choices: choices as (string | number)[] } : {}),
  }
}

/**
 * The settings that a schema describes, in its order.
 *
 * @param defaults  values that stand in for what the schema has no default for
 * @throws TypeError for a field that no flag can express, such as a list
 */
export function settingsOf(schema: z.ZodObject, defaults: Readonly<Record<string, unknown>> = {}): Setting[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' })
  return Object.entries(properties).map(([name, property]): Setting => {
    const field = property as FieldSchema
    const fallback = defaults[name] ?? field.default
    return {
      name,
      flag: flagOf(name),
      variable: variableOf(name),
      ...describeField(field),
      ...limitsOf(field),
      description: field.description ?? '',
      ...(fallback === undefined ? {} : { default: fallback }),
      accepts: (value) => z.safeParse(schema.shape[name]!, value).success,
    }
  })
}

/**
 * Settings that were given, checked and completed by their schema.
 *
 * @throws ConfigError naming the setting by its flag, what was expected and what was got
 */
export function checkSettings<Schema extends z.ZodObject>(
  schema: Schema,
  values: Readonly<Record<string, unknown>>,
): z.output<Schema> {
  const parsed = schema.safeParse(values)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const name = String(issue.path[0])
  // A schema's own words, or else what its limits say: what the validator says is for developers.
  const expected = settingsOf(schema).find((setting) => setting.name === name)?.expected
  const reason = issue.message.startsWith('expected') || !expected ? issue.message : `expected ${expected}`
  throw new ConfigError(`${flagOf(name)} ${JSON.stringify(values[name])}: ${reason}`)
}

/** @throws ConfigError when there is a setting that `owner`, in words, does not have */
export function checkNames(
  owner: string,
  known: readonly string[],
  settings: Readonly<Record<string, unknown>>,
): void {
  for (const name of Object.keys(settings)) {
    if (known.includes(name)) continue
    const near = nearestName(name, known)
    throw new ConfigError(
      `${owner} has no setting "${name}"; ${near ? `did you mean "${near}"? It` : 'it'} has ${known.join(', ')}`,
    )
  }
}

/** A setting that takes any text, such as a folder. */
export const textSetting = (
  name: string,
  placeholder: string,
  description: string,
  fallback?: string,
): Setting => ({
  name,
  flag: flagOf(name),
  variable: variableOf(name),
  kind: 'text',
  placeholder,
  description,
  ...(fallback === undefined ? {} : { default: fallback }),
  integer: false,
  expected: 'a text that is not empty',
  accepts: (value) => typeof value === 'string' && value.trim() !== '',
})

/** `--rom` of commands that play a run's game again. */
export const movedGame = textSetting(
  'rom',
  '<file>',
  'the file of a game of the Atari 2600, if it was moved (default: where it was)',
)

/** `--data-dir` of commands that load a run's data again. */
export const movedData = textSetting(
  'dataDir',
  '<folder>',
  'where the files of the data set, or its folder, are now, if they were moved',
)
