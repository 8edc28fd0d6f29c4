// What is typed into the form that starts a run: checked, sorted and turned into a request.

import type { SettingField, StartForm, StartRequest } from '../../../src/server/protocol.ts'
import { flagOf } from '../../../src/util/flag.ts'
import { formatCommand } from '../../../src/util/format.ts'

/** What was typed or chosen, by the name of the setting; what is not there has its default. */
export type Typed = Readonly<Record<string, string | boolean>>

/** `batchSize` as `Batch size`. */
export const labelOf = (name: string): string => {
  const words = name.replace(/([a-z\d])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`)
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** What is wrong with a typed value; undefined when nothing is. An empty field means the default. */
export function faultOf(field: SettingField, typed: string | boolean | undefined): string | undefined {
  if (typed === undefined || typeof typed === 'boolean' || typed.trim() === '') return undefined
  return fits(field, typed.trim()) ? undefined : `Expected ${field.expected}.`
}

/** What the server checks as well, by the same schema: the limits are its own. */
function fits(field: SettingField, text: string): boolean {
  const { kind, integer, minimum, maximum, above, below, multipleOf, pattern, choices } = field
  if (kind === 'choice') return choices?.map(String).includes(text) === true
  // A box to tick gives no text.
  if (kind === 'boolean') return text === 'true' || text === 'false'
  if (kind !== 'number') return pattern === undefined || new RegExp(pattern).test(text)
  const value = Number(text)
  return (
    Number.isFinite(value) &&
    (!integer || Number.isSafeInteger(value)) &&
    (minimum === undefined || value >= minimum) &&
    (maximum === undefined || value <= maximum) &&
    (above === undefined || value > above) &&
    (below === undefined || value < below) &&
    (multipleOf === undefined || value % multipleOf === 0)
  )
}

/** The settings that differ from their defaults, as values. Fields with faults are left out. */
export function changedSettings(fields: readonly SettingField[], typed: Typed): StartRequest['settings'] {
  return Object.fromEntries(
    fields.flatMap((field): [string, string | number | boolean][] => {
      const given = typed[field.name]
      if (given === undefined || faultOf(field, given)) return []
      const text = typeof given === 'string' ? given.trim() : given
      if (text === '') return []
      const value =
        typeof text === 'boolean'
          ? text
          : field.kind === 'number'
            ? Number(text)
            : (field.choices?.find((choice) => String(choice) === text) ?? text)
      return value === field.default ? [] : [[field.name, value]]
    }),
  )
}

/** The settings that come first, by name: the most common ones; then those of what was chosen. The rest are for experts. */
export const grouped = (
  fields: readonly SettingField[],
  first: readonly string[],
): {
  readonly first: readonly SettingField[]
  readonly own: readonly SettingField[]
  readonly rest: readonly SettingField[]
} => ({
  first: first.flatMap((name) => fields.filter((field) => field.name === name)),
  own: fields.filter(({ own }) => own),
  rest: fields.filter(({ own, name }) => !own && !first.includes(name)),
})

/**
 * The command that starts the same run.
 *
 * @param folder  name of the runs folder
 * @param file    the file there that a text becomes
 */
export function commandOf(
  { model, data, name, settings }: StartRequest,
  { command, folderFlag, subject }: Pick<StartForm, 'command' | 'folderFlag' | 'subject'>,
  folder: string,
  file?: string,
): string {
  const isInFolder = subject.choices.find((choice) => choice.name === model)?.isInFolder
  const flags = Object.entries(settings).flatMap(([setting, value]) => {
    const flag = flagOf(setting)
    if (typeof value === 'boolean') return [value ? flag : flag.replace('--', '--no-')]
    return [flag, String(value)]
  })
  return formatCommand([
    'sparring',
    command,
    file !== undefined ? `${folder}/${file}` : isInFolder ? `${folder}/${model}` : model,
    ...(data === undefined ? [] : ['--data', data]),
    ...flags,
    ...(name ? [folderFlag, `${folder}/${name}`] : []),
  ])
}

/** The setting that a refusal of the server is about, by the flag that it begins with. */
export const fieldOfRefusal = (fields: readonly SettingField[], message: string): SettingField | undefined =>
  fields.find(({ name }) => message.startsWith(`${flagOf(name)} `))

/**
 * What stands beside the field that a refusal is about: without the flag and the value, which are seen there.
 *
 * @param message  e.g. `--learning-rate -1: expected a number above 0`
 */
export const besideField = (message: string): string => {
  const reason = message.replace(/^--\S+ (?:"(?:[^"\\]|\\.)*"|[^:\s]+): /, '')
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}${/[.!?]$/.test(reason) ? '' : '.'}`
}

/** A name that a folder of a run may have; an empty one is chosen by the studio. */
export const nameFault = (name: string): string | undefined =>
  name === '' || /^[\p{L}\p{N}_][\p{L}\p{N}_.,+=@ -]{0,127}$/u.test(name)
    ? undefined
    : 'Expected at most 128 letters, digits, dots, dashes or underscores, beginning with a letter or digit.'
