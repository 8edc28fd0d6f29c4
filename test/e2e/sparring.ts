// Runs the real command line as a process of its own or within this one, and makes small data for it.
import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { main } from '../../src/cli/main.ts'
import { drawDigit } from '../../src/data/digits.ts'
import { writeIdx } from '../../src/formats/idx.ts'

/** The built command. */
export const program = fileURLToPath(new URL('../../bin/sparring.js', import.meta.url))

export interface Finished {
  /** Exit code, or null when a signal ended the process. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** The last line of standard output, parsed. */
  json(): Record<string, unknown> & { error?: { kind: string; message: string; exitCode: number } }
}

export interface ProcessOptions {
  readonly cwd: string
  /** Over what the process inherits, and over one thread: for networks as small as these a second one only waits. */
  readonly environment?: Readonly<Record<string, string>>
  /** Called whenever standard error grew, with all of it. */
  readonly onProgress?: ((stderr: string, child: ReturnType<typeof spawn>) => void) | undefined
  /** The same of standard output. */
  onOutput?(stdout: string, child: ReturnType<typeof spawn>): void
}

/** What a run inherits: no setting of the person who runs the tests. */
export const ownEnvironment = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(SPARRING_|NO_COLOR|FORCE_COLOR|NODE_OPTIONS|VITEST)/.test(name),
  ),
)

/** Runs `sparring` with these arguments to its end. */
export const sparring = (
  args: readonly string[],
  { cwd, environment = {}, onProgress, onOutput }: ProcessOptions,
): Promise<Finished> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd,
      env: { ...ownEnvironment, SPARRING_THREADS: '1', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      onOutput?.(stdout, child)
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
      onProgress?.(stderr, child)
    })
    child.on('error', reject)
    child.on('close', (code) =>
      resolve({
        code,
        stdout,
        stderr,
        json: lastLine(stdout),
      }),
    )
  })

/** As `json` of what ran. */
const lastLine = (stdout: string) => () => JSON.parse(stdout.trimEnd().split('\n').at(-1)!)

/**
 * The same within the process of the test, from that folder and with that environment: a process of its own takes a
 * second until it begins, which only tests of processes (killed, interrupted, several at once) need. One at a time.
 */
export async function sparringHere(
  args: readonly string[],
  { cwd, environment = {} }: Pick<ProcessOptions, 'cwd' | 'environment'>,
): Promise<Finished> {
  const before = { cwd: process.cwd(), environment: { ...process.env } }
  const own = { ...ownEnvironment, SPARRING_THREADS: '1', ...environment }
  const said = { stdout: '', stderr: '' }
  const into = (name: keyof typeof said) => ({
    write(text: string) {
      said[name] += text
    },
  })
  process.chdir(cwd)
  Object.assign(process.env, own)
  try {
    const code = await main(args, { stdout: into('stdout'), stderr: into('stderr'), environment: own })
    return { code, ...said, json: lastLine(said.stdout) }
  } finally {
    process.chdir(before.cwd)
    for (const name of Object.keys(own))
      if (before.environment[name] === undefined) delete process.env[name]
      else process.env[name] = before.environment[name]
  }
}

/** A folder with a few digits as IDX files, cut to 8 x 8 so that training is quick. */
export async function smallData(
  folder: string,
  count = 48,
  part: 'train' | 't10k' = 'train',
): Promise<string> {
  const size = 8
  const images = new Uint8Array(count * size * size)
  const labels = new Uint8Array(count)
  for (let i = 0; i < count; i++) {
    const image = new Uint8Array(28 * 28)
    labels[i] = drawDigit(1, i, image)
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++) images[(i * size + y) * size + x] = image[(6 + 2 * y) * 28 + 6 + 2 * x]!
  }
  await mkdir(folder, { recursive: true })
  await writeFile(
    join(folder, `${part}-images-idx3-ubyte`),
    writeIdx({ shape: [count, size, size], data: images }),
  )
  await writeFile(join(folder, `${part}-labels-idx1-ubyte`), writeIdx({ shape: [count], data: labels }))
  return folder
}
