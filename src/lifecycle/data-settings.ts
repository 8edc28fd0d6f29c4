// The options of named data sets as settings: flags of every training, each heeded where its set is what is trained on.
import { namedSets, optionsOf } from '../data/node/registry.ts'
import { setOptions } from '../data/set-options.ts'
import { type Setting, settingsOf } from './setting.ts'

/** Of one set; none of a folder. */
export const settingsOfData = (nameOrFolder: string): Setting[] => settingsOf(optionsOf(nameOrFolder))

/** Of all sets; their descriptions name the set. */
export const dataSettings: readonly Setting[] = Object.keys(namedSets).flatMap((set) =>
  settingsOfData(set).map((setting) => ({ ...setting, description: `of ${set}: ${setting.description}` })),
)

type Values = Readonly<Record<string, unknown>>

/**
 * Takes the options of data sets out of the settings that were given, checked and completed for the set that is wanted.
 *
 * @throws ConfigError when it has no such option
 */
export function splitDataOptions(
  nameOrFolder: string,
  given: Values,
): { readonly options: Values; readonly given: Values; readonly settings: Values } {
  const isOption = (name: string): boolean => dataSettings.some((setting) => setting.name === name)
  const part = (wanted: boolean): Values =>
    Object.fromEntries(
      Object.entries(given).filter(([name, value]) => value !== undefined && isOption(name) === wanted),
    )
  const own = part(true)
  return {
    options: setOptions(nameOrFolder, optionsOf(nameOrFolder), own),
    given: own,
    settings: part(false),
  }
}
