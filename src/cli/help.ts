// Texts that `--help` adds to a command: examples, exit codes.
import type { Command } from 'commander'
import { EXIT_CODES } from './exit-codes.ts'

/** Appends examples: commands, each with what it does. */
export function addExamples(command: Command, examples: readonly (readonly [string, string])[]): Command {
  const width = Math.max(...examples.map(([line]) => line.length))
  const lines = examples.map(([line, what]) => `  ${line.padEnd(width)}  # ${what}`)
  return command.addHelpText('after', ['', 'Examples:', ...lines].join('\n'))
}

export const exitCodeHelp = (): string =>
  [
    '',
    'Exit codes:',
    ...EXIT_CODES.map(({ code, meaning }) => `  ${String(code).padEnd(3)}  ${meaning}`),
  ].join('\n')
