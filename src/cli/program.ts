// The command line as a whole: global flags, and the commands that the arguments name.
import { createRequire } from 'node:module'
import { Command } from 'commander'
import { COMMANDS } from './commands/index.ts'
import { addExamples, exitCodeHelp } from './help.ts'
import type { Session, Surroundings } from './session.ts'
import { printable } from './visible.ts'

const packageVersion = (): string =>
  (createRequire(import.meta.url)('../../package.json') as { version: string }).version

/**
 * Builds the parser. Of the commands only those that occur among the arguments are loaded, so that help and
 * version answer at once.
 */
export async function buildProgram(
  args: readonly string[],
  session: Session,
  { stdout, stderr }: Surroundings,
): Promise<Command> {
  const program: Command = new Command('sparring')
    .description('Trains, watches and exports neural networks that compete.')
    .usage('<command> [flags]')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain a command and its flags')
    .helpCommand('help [command]', 'explain a command and its flags')
    .option('--json', 'print one JSON object, the last line of standard output')
    .option('--quiet', 'no progress, only results and errors')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(printable(text)),
      writeErr: (text) => stderr.write(printable(text)),
      outputError: (text, write) => write(text.replace(/^error:/, session.style.bad('error:'))),
    })
    .configureHelp({
      showGlobalOptions: true,
      visibleGlobalOptions: (command) =>
        command.parent ? program.options.filter(({ long }) => long !== '--version') : [],
      subcommandTerm: (command) => `${command.name()} ${/^<\w+>/.exec(command.usage())?.[0] ?? ''}`.trimEnd(),
      styleTitle: (title) => session.resultStyle.bold(title),
    })
  for (const { name, usage, summary, load } of COMMANDS) {
    const command = program.command(name).summary(summary).description(summary)
    if (args.includes(name)) {
      const { define } = await load()
      await define(command, session)
    } else command.usage(usage)
  }
  addExamples(program, [
    ['sparring train mlp-gan', 'train on the built-in digits'],
    ['sparring train mlp-gan --data mnist --run runs/first', 'on MNIST, into a folder of your choice'],
    ['sparring resume runs/first', 'continue after Ctrl-C or a power cut'],
    ['sparring sample runs/first --count 400', 'make new images'],
    ['sparring summary mlp-gan', 'layers and parameters'],
    ['sparring doctor', 'is this machine ready?'],
  ])
  return program.addHelpText('after', () => exitCodeHelp())
}
