// The options of named data sets as settings: flags of every training, each heeded where its set is what is trained on.
import { dataNames, optionsOf } from '../data/node/registry.ts'
import { setOptions } from '../data/set-options.ts'
import { type Setting, settingsOf } from './setting.ts'

/** Of one set; none of a folder. */
export const settingsOfData = (nameOrFolder: string): Setting[] => settingsOf(optionsOf(nameOrFolder))

/** Of all sets, each name once; their descriptions name the sets. */
export const dataSettings: readonly Setting[] = [
  ...dataNames()
    .flatMap((set) => settingsOfData(set).map((setting) => ({ set, setting })))
    .reduce((found, { set, setting }) => {
      const before = found.get(setting.name)
      const usual = setting.default === undefined ? '' : ` (default ${setting.default})`
      const described = `of ${set}: ${setting.description}${before ? usual : ''}`
      return found.set(setting.name, {
        ...(before ?? setting),
        // Its default depends on the set.
        ...(before ? { default: undefined } : {}),
        description: before
          ? `${before.description}${before.default === undefined ? '' : ` (default ${before.default})`}; ${described}`
          : described,
      })
    }, new Map<string, Setting>())
    .values(),
]

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
