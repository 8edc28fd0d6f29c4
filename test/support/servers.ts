// Debian's Redis and PostgreSQL, started for a test on free ports, and the reason where they are not there.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Reason } from './unless.ts'

const inPath = (name: string): boolean =>
  (process.env.PATH ?? '').split(':').some((folder) => folder !== '' && existsSync(join(folder, name)))

const POSTGRES = '/usr/lib/postgresql'
/** Where the programs of the newest PostgreSQL are. */
const postgresBin = (): string | undefined =>
  existsSync(POSTGRES)
    ? readdirSync(POSTGRES)
        .map((version) => join(POSTGRES, version, 'bin'))
        .filter((bin) => existsSync(join(bin, 'initdb')))
        .sort()
        .at(-1)
    : undefined

export const noRedis: Reason = !inPath('redis-server') && 'redis-server is not installed'
export const noPostgres: Reason = postgresBin() === undefined && 'postgresql is not installed'

export interface TestServer {
  readonly address: string
  /** Stops it at once, and starts it again with what it had written. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

/** Runs a program until it says that it is ready. */
async function started(
  program: string,
  args: readonly string[],
  ready: RegExp,
  options = {},
): Promise<ChildProcess> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
  let said = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  for (const start = Date.now(); !ready.test(said); await sleep(20)) {
    if (child.exitCode !== null) throw new Error(`${program} ended: ${said}`)
    if (Date.now() - start > 50_000) throw new Error(`${program} does not start: ${said}`)
  }
  return child
}

const ended = (child: ChildProcess, signal: NodeJS.Signals): Promise<void> =>
  new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill(signal)
  })

export async function startRedis(): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'sparring-redis-'))
  const port = await freePort()
  const start = (): Promise<ChildProcess> =>
    started(
      'redis-server',
      ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes', '--save', ''],
      /ready to accept connections/i,
    )
  let child = await start()
  return {
    address: `redis://127.0.0.1:${port}`,
    async restart() {
      await ended(child, 'SIGKILL')
      child = await start()
    },
    async stop() {
      await ended(child, 'SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The server refuses to run as root: there it is the user that Debian made for it. */
const asServer = (): readonly [string, string[]] =>
  userInfo().uid === 0 ? ['setpriv', ['--reuid=postgres', '--regid=postgres', '--clear-groups']] : ['env', []]

export async function startPostgres(): Promise<TestServer> {
  const bin = postgresBin()!
  const folder = await mkdtemp(join(tmpdir(), 'sparring-postgres-'))
  const [program, before] = asServer()
  if (userInfo().uid === 0) execFileSync('chown', ['postgres', folder])
  const data = join(folder, 'data')
  execFileSync(
    program,
    [...before, join(bin, 'initdb'), '-D', data, '-A', 'trust', '-U', 'sparring', '--no-sync'],
    {
      stdio: 'ignore',
      cwd: folder,
    },
  )
  const port = await freePort()
  const start = (): Promise<ChildProcess> =>
    started(
      program,
      [...before, join(bin, 'postgres'), '-D', data, '-p', String(port), '-k', folder, '-h', '127.0.0.1'],
      /ready to accept connections/,
      { cwd: folder },
    )
  let child = await start()
  return {
    address: `postgres://sparring@127.0.0.1:${port}/postgres`,
    async restart() {
      // At once, as when its machine is switched off: what is committed is there again.
      await ended(child, 'SIGQUIT')
      child = await start()
    },
    async stop() {
      await ended(child, 'SIGQUIT')
      await rm(folder, { recursive: true, force: true })
    },
  }
}
