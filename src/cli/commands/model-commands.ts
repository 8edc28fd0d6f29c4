// Commands that take a model's name: one sub-command per model.
import type { Command } from 'commander'
import { MODELS, type ModelDefinition, modelNamed } from '../../models/index.ts'
import type { CodeRecord } from '../../models/own.ts'
import { ConfigError } from '../../util/errors.ts'

/** Whether a name is that of a file with a model, not of a model. */
const isModelFile = (name: string): boolean => /\.m?js$/.test(name)

/**
 * Moves the first argument that is neither a flag nor a flag's value to the front: `--steps 5 mlp-gan` becomes
 * `mlp-gan --steps 5`.
 *
 * @param isSwitch  whether a flag takes no value
 */
export function nameFirst(args: readonly string[], isSwitch: (flag: string) => boolean): string[] {
  for (let i = 0; i < args.length; i++) {
    const argument = args[i]!
    if (!argument.startsWith('-')) return [argument, ...args.slice(0, i), ...args.slice(i + 1)]
    if (!argument.includes('=') && !isSwitch(argument)) i++
  }
  return [...args]
}

/**
 * Gives a command one sub-command per model, and a clear error for any other name. A sub-command gets its flags when it is the one that
 * is asked for: describing those of every model takes longer than all else that a command does before it begins.
 *
 * @param define  gives a sub-command its flags and action
 * @param own     reads a file with a model of one's own; absent where only the models there are will do
 */
export function modelCommands(
  command: Command,
  define: (sub: Command, model: ModelDefinition, code?: CodeRecord) => void,
  own?: (file: string) => Promise<{ model: ModelDefinition; code: CodeRecord }>,
): void {
  const parent = command.name()
  const names = MODELS.map(({ name }) => name)
  command.usage('<model> [flags]').commandsGroup('Models:').helpCommand(false)
  for (const { name, description } of MODELS) command.command(name).description(description).usage('[flags]')
  const complete = (sub: Command): Command => {
    if (sub.options.length === 0) define(sub, modelNamed(sub.name()))
    return sub
  }
  command.hook('preSubcommand', (_, sub) => void complete(sub))
  // Reached when the first argument is no model: it is mistyped, missing, or stands behind flags.
  command
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async () => {
      const switches = new Set(
        command.commands.flatMap((sub) =>
          complete(sub)
            .options.filter((option) => option.isBoolean())
            .map(({ long }) => long),
        ),
      )
      const [name, ...flags] = nameFirst(command.args, (flag) => switches.has(flag))
      if (name === undefined || name.startsWith('-'))
        throw new ConfigError(`${parent} needs the name of a model (${names.join(', ')})`)
      if (own && isModelFile(name)) {
        const { model, code } = await own(name)
        const sub = command.command(name).description(model.description).usage('[flags]')
        define(sub, model, code)
        await sub.parseAsync(flags, { from: 'user' })
        return
      }
      modelNamed(name)
      await command.commands.find((sub) => sub.name() === name)!.parseAsync(flags, { from: 'user' })
    })
}
