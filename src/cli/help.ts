// Texts that `--help` adds to a command: examples, exit codes.
import type { Command } from 'commander'
import { EXIT_CODES } from './exit-codes.ts'

/** The first example of each command. */
const firstExamples = new WeakMap<Command, string>()

/** What a usage error of a command ends with: one example, and where its flags are listed. */
export function usageHint(command: Command): string {
  const example = firstExamples.get(command)
  const path: string[] = []
  for (let at: Command | null = command; at; at = at.parent) path.unshift(at.name())
  return [...(example ? [`for example: ${example}`] : []), `(${path.join(' ')} --help lists its flags)`].join(
    '\n',
  )
}

/** Appends examples: commands, each with what it does. The first one also follows usage errors. */
export function addExamples(command: Command, examples: readonly (readonly [string, string])[]): Command {
  firstExamples.set(command, examples[0]![0])
  command.showHelpAfterError(usageHint(command))
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
