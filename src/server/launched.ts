// Runs that the studio starts: processes of their own, which go on when pages, or the studio, end.
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConfigError } from '../util/errors.ts'

/** The command line, seen from the sources as well as from the built files. */
const COMMAND = fileURLToPath(new URL('../../bin/sparring.js', import.meta.url))

/** A run that has no folder yet, or that ended before it had one. */
export interface Beginning {
  readonly name: string
  readonly model: string
  /** Of kinds that are asked for data. */
  readonly data?: string
  readonly startedAt: string
  /** Why it could not begin. */
  readonly failure?: string
}

export interface LaunchedRuns {
  /** Starts `sparring` with these arguments, which name the new folder. */
  start(beginning: Pick<Beginning, 'name' | 'model' | 'data'>, args: readonly string[]): void
  /**
   * Has `sparring` answer something, in a process that ends with the request.
   *
   * @returns what it says on its last line, as JSON
   * @throws ConfigError with its error, or when it does not answer
   */
  ask(args: readonly string[], signal: AbortSignal): Promise<unknown>
  /** Starts `sparring resume`. */
  resume(name: string): void
  /** Those that were started here and have not shown a run, newest first. `runs`: names of the folders there are. */
  beginnings(runs: ReadonlySet<string>): readonly Beginning[]
  /** Why the last process of a run that was started here failed; undefined when it did not. */
  failure(name: string): string | undefined
}

/** The error in the JSON line that the command ends with. */
function failureIn(output: string): string | undefined {
  try {
    const { error } = JSON.parse(output.trim().split('\n').at(-1) ?? '') as { error?: { message?: string } }
    return error?.message
  } catch {
    return undefined
  }
}

const MOST_OUTPUT = 64 * 1024
/** Of an answer: groups of a large study, a line of some hundred bytes each. */
const MOST_ANSWER = 8 * 1024 * 1024
/** Processes that answer something, at a time. */
const MOST_ASKED = 2

/** @param folder  the runs folder */
export function launchedRuns(folder: string): LaunchedRuns {
  const begun = new Map<string, Beginning>()
  const failures = new Map<string, string>()

  const launch = (name: string, args: readonly string[]): ChildProcess => {
    failures.delete(name)
    // With --json the last line on standard output says how it ended.
    const child = spawn(process.execPath, [COMMAND, ...args, '--json', '--quiet'], {
      cwd: folder,
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let output = ''
    child.stdout?.on('data', (bytes: Buffer) => {
      output = (output + bytes.toString('utf8')).slice(-MOST_OUTPUT)
    })
    const fail = (message: string): void => {
      failures.set(name, message)
      const before = begun.get(name)
      if (before) begun.set(name, { ...before, failure: message })
    }
    child.on('error', (error) => fail(`the run could not be started: ${error.message}`))
    child.on('close', (code) => {
      if (code !== 0 && code !== 130)
        fail(failureIn(output) ?? `its process ended with exit code ${code ?? 'unknown'}`)
    })
    // Neither its life nor its output keeps the studio from ending.
    child.unref()
    const stream = child.stdout as (typeof child.stdout & { unref?: () => void }) | null
    stream?.unref?.()
    return child
  }

  let asked = 0
  async function ask(args: readonly string[], signal: AbortSignal): Promise<unknown> {
    if (asked >= MOST_ASKED)
      throw new ConfigError('the studio is answering such a question already: wait until it has')
    asked++
    try {
      const child = spawn(process.execPath, [COMMAND, ...args, '--json', '--quiet'], {
        cwd: folder,
        signal,
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      let output = ''
      child.stdout.setEncoding('utf8').on('data', (part: string) => {
        output += part
        if (output.length > MOST_ANSWER) child.kill()
      })
      const code = await new Promise<number | null>((done, fail) => {
        child.on('error', fail)
        child.on('close', done)
      })
      if (code === 0) return JSON.parse(output.trim().split('\n').at(-1)!)
      throw new ConfigError(failureIn(output) ?? `the process ended with exit code ${code ?? 'unknown'}`)
    } finally {
      asked--
    }
  }

  return {
    ask,
    start(beginning, args) {
      begun.set(beginning.name, { ...beginning, startedAt: new Date().toISOString() })
      launch(beginning.name, args)
    },
    resume(name) {
      launch(name, ['resume', join(folder, name)])
    },
    beginnings(runs) {
      for (const name of begun.keys()) if (runs.has(name)) begun.delete(name)
      return [...begun.values()].reverse()
    },
    failure: (name) => failures.get(name),
  }
}
