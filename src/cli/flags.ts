// Settings as flags of a command.
import { type Command, Option } from 'commander'
import type { Setting } from '../lifecycle/setting.ts'
import type { GivenFlags } from './resolve.ts'

/** Adds a flag per setting; a boolean gets `--name` and `--no-name`. */
export function addFlags(command: Command, settings: readonly Setting[]): Command {
  for (const { flag, kind, placeholder, description, list, default: fallback } of settings) {
    if (kind === 'boolean') {
      const option = new Option(flag, description)
      command.addOption(fallback === true ? option.default(true) : option)
      command.addOption(
        new Option(flag.replace('--', '--no-'), fallback === true ? 'the opposite' : '').hideHelp(
          fallback !== true,
        ),
      )
    } else {
      const option = new Option(`${flag} ${placeholder}`, description)
      // The default, a text, is nothing to add to.
      if (list) option.argParser((text, before: unknown) => [...(Array.isArray(before) ? before : []), text])
      command.addOption(fallback === undefined ? option : option.default(fallback))
    }
  }
  return command
}

/** What was typed, by setting; defaults are left out. */
export function givenFlags(command: Command, settings: readonly Setting[]): GivenFlags {
  return Object.fromEntries(
    settings.flatMap(({ name }) => {
      const given = command.getOptionValueSource(name) === 'cli'
      return given ? [[name, command.getOptionValue(name) as string | boolean | string[]]] : []
    }),
  )
}
