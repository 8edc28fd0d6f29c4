// Where each setting's value comes from: flags over environment over configuration file over defaults.

import type { Setting } from '../lifecycle/setting.ts'
import { ConfigError } from '../util/errors.ts'
import { nearestName } from '../util/nearest-name.ts'

/** The texts of the flags that were given, by setting; `true` and `false` for flags without a value, lists for those given several times. */
export type GivenFlags = Readonly<Record<string, string | boolean | readonly string[]>>

/** A configuration file that was read and parsed. */
export interface ConfigFile {
  readonly path: string
  readonly values: Readonly<Record<string, unknown>>
}

export interface Places {
  readonly flags: GivenFlags
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly file?: ConfigFile | undefined
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  1: true,
  yes: true,
  false: false,
  0: false,
  no: false,
}

/** The value that a text stands for; the text itself when it stands for none of this kind. */
function read(setting: Setting, text: string): unknown {
  const trimmed = text.trim()
  if (setting.kind === 'number') return NUMBER.test(trimmed) ? Number(trimmed) : text
  if (setting.kind === 'boolean') return BOOLEANS[trimmed.toLowerCase()] ?? text
  return text
}

function check(setting: Setting, value: unknown, where: string): unknown {
  if (setting.list && Array.isArray(value) && value.length > 0) {
    const each = value.map((one) => check({ ...setting, list: false }, one, where))
    return each.length === 1 ? each[0] : each
  }
  if (setting.accepts(value)) return value
  throw new ConfigError(`${where}: expected ${setting.expected}, got ${JSON.stringify(value)}`)
}

/** The entries of a configuration file that settings name. @throws ConfigError naming file and key */
function readFile(settings: readonly Setting[], { path, values }: ConfigFile): Record<string, unknown> {
  const names = settings.map(({ name }) => name)
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const setting = settings.find(({ name }) => name === key)
      if (setting) return [key, check(setting, value, `${path}: "${key}"`)]
      const near = nearestName(key, names)
      throw new ConfigError(
        `${path}: unknown key "${key}"${near ? `; did you mean "${near}"?` : '.'} Known keys: ${names.join(', ')}`,
      )
    }),
  )
}

/**
 * The values that were given, each from the first place that has it. Settings given nowhere are left out. Everything
 * given is checked, also what a stronger place overrides in the file.
 *
 * @throws ConfigError naming the flag, variable, or file and key, what was expected and what was got
 */
export function resolveGiven(
  settings: readonly Setting[],
  { flags, environment, file }: Places,
): Record<string, unknown> {
  const fromFile = file ? readFile(settings, file) : {}
  const given: Record<string, unknown> = {}
  for (const setting of settings) {
    const { name, flag, variable } = setting
    const typed = flags[name]
    const exported = environment[variable]
    if (typed !== undefined)
      given[name] = check(setting, typeof typed === 'string' ? read(setting, typed) : typed, flag)
    else if (exported !== undefined && exported !== '')
      given[name] = check(setting, read(setting, exported), `environment variable ${variable}`)
    else if (fromFile[name] !== undefined) given[name] = fromFile[name]
  }
  return given
}
