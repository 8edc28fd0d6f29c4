// Runs that the studio starts: processes of their own, which go on when pages, or the studio, end.
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The command line, seen from the sources as well as from the built files. */
const COMMAND = fileURLToPath(new URL('../../bin/sparring.js', import.meta.url))

/** A run that has no folder yet, or that ended before it had one. */
export interface Beginning {
  readonly name: string
  readonly model: string
  readonly data: string
  readonly startedAt: string
  /** Why it could not begin. */
  readonly failure?: string
}

export interface LaunchedRuns {
  /** Starts `sparring` with these arguments, which name the new folder. */
  start(beginning: Pick<Beginning, 'name' | 'model' | 'data'>, args: readonly string[]): void
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

  return {
    start({ name, model, data }, args) {
      begun.set(name, { name, model, data, startedAt: new Date().toISOString() })
      launch(name, args)
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
