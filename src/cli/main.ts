// Entry of the command line: parses the arguments, runs the command, turns errors into messages and exit codes.
import { type Command, CommanderError } from 'commander'
import { EXIT, failureOf } from './exit-codes.ts'
import { usageHint } from './help.ts'
import { buildProgram } from './program.ts'
import { openSession, type Surroundings } from './session.ts'

/** A reader that went away, such as `head`, is no error: what it does not read is dropped. */
function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
    })
}

const HELP_CODES = ['commander.help', 'commander.helpDisplayed', 'commander.version']

/**
 * Runs the command line.
 *
 * @param args  without the program: `['train', 'mlp-gan']`
 * @returns the exit code, as `--help` explains it
 */
export async function main(args: readonly string[], surroundings?: Surroundings): Promise<number> {
  if (!surroundings) ignoreClosedPipes()
  const { stdout, stderr, environment } = surroundings ?? {
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
  }
  const session = openSession(args, { stdout, stderr, environment })
  let running: Command | undefined
  try {
    const program = await buildProgram(args, session, { stdout, stderr, environment })
    program.hook('preAction', (_, command) => {
      running = command
    })
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError && HELP_CODES.includes(error.code))
      return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    const failure = failureOf(error)
    const shown = error instanceof CommanderError
    const stack = error instanceof Error ? error.stack : undefined
    const debug = Boolean(environment.SPARRING_DEBUG)
    const hint = 'This should not happen. Set SPARRING_DEBUG=1 to see where, and please report it.'
    const usage = failure.exitCode === EXIT.usage && running ? usageHint(running) : undefined
    const details = debug && !shown ? stack : failure.kind === 'internal' ? hint : usage
    session.fail(failure, { shown, details })
  }
  return session.exitCode
}
