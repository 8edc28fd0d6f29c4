// What all commands share in one call of the command line: how results are told, and the exit code.
import { EXIT, type Failure } from './exit-codes.ts'
import { plainStyle, type Style, styleOf } from './style.ts'
import { liveTerminal, plainTerminal, type Screen, silentTerminal, type Terminal } from './terminal.ts'
import { printable, printableJson } from './visible.ts'

/** The process as the command line sees it; tests give their own. */
export interface Surroundings {
  readonly stdout: Screen
  readonly stderr: Screen
  readonly environment: Readonly<Record<string, string | undefined>>
}

export interface Session {
  readonly environment: Surroundings['environment']
  /** One JSON object on standard output instead of text. */
  readonly json: boolean
  /** Progress and remarks, on standard error. */
  readonly terminal: Terminal
  /** Style of what goes to the terminal. */
  readonly style: Style
  /** Style of results, on standard output. */
  readonly resultStyle: Style
  /** Characters of a line of standard output; 80 where it does not say. */
  readonly columns: number
  /** Tells what the command found, once: the value with --json, otherwise the text. */
  finish(value: object, text: string): void
  /** Tells why the command failed. `shown`: the message has been printed already. */
  fail(failure: Failure, options?: { readonly shown?: boolean; readonly details?: string | undefined }): void
  exitCode: number
}

/** JSON that keeps on one line and writes numbers that JSON cannot hold as null. */
const jsonLine = (value: object): string => `${printableJson(JSON.stringify(value))}\n`

/** Opens a session; `--json` and `--quiet` count wherever they stand. */
export function openSession(args: readonly string[], { stdout, stderr, environment }: Surroundings): Session {
  const json = args.includes('--json')
  const quiet = args.includes('--quiet')
  const style = styleOf(stderr, environment)
  const live = stderr.isTTY === true && environment.TERM !== 'dumb' && !json
  const terminal = quiet ? silentTerminal : live ? liveTerminal(stderr) : plainTerminal(stderr)
  return {
    environment,
    json,
    terminal,
    style: quiet ? plainStyle : style,
    resultStyle: styleOf(stdout, environment),
    columns: stdout.columns || 80,
    exitCode: EXIT.ok,
    finish(value, text) {
      terminal.close()
      stdout.write(json ? jsonLine(value) : `${printable(text)}\n`)
    },
    fail(failure, { shown = false, details } = {}) {
      terminal.close()
      this.exitCode = failure.exitCode
      if (!shown) stderr.write(printable(`${style.bad('error:')} ${failure.message}\n`))
      if (details) stderr.write(printable(`${style.faint(details)}\n`))
      if (json) stdout.write(jsonLine({ error: failure }))
    },
  }
}
