// Debian's Redis and PostgreSQL on free ports, for scripts and tests.
// @ts-check
import { execFileSync, spawn } from 'node:child_process'
import { appendFileSync, existsSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** @typedef {{ readonly address: string, restart(): Promise<void>, stop(): Promise<void> }} Server */

const POSTGRES = '/usr/lib/postgresql'
const isInPath = (/** @type {string} */ name) =>
  (process.env.PATH ?? '').split(':').some((folder) => folder !== '' && existsSync(join(folder, name)))

/** Where the programs of the newest PostgreSQL are. */
const postgresBin = () =>
  existsSync(POSTGRES)
    ? readdirSync(POSTGRES)
        .map((version) => join(POSTGRES, version, 'bin'))
        .filter((bin) => existsSync(join(bin, 'initdb')))
        .sort()
        .at(-1)
    : undefined

/** Why there can be no such servers here; false where they can be started. */
export const noRedis = !isInPath('redis-server') && 'redis-server is not installed'
export const noPostgres = postgresBin() === undefined && 'postgresql is not installed'

/** @returns {Promise<number>} */
export const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
      server.close(() => resolve(port))
    })
  })

/**
 * Runs a program until it says that it is ready.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {string} cwd
 */
async function started(program, args, cwd) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      said += text
    })
  for (const start = Date.now(); !/ready to accept connections/i.test(said); await sleep(20)) {
    if (child.exitCode !== null) throw new Error(`${program} ended: ${said}`)
    if (Date.now() - start > 50_000) throw new Error(`${program} does not start: ${said}`)
  }
  return child
}

/** @param {import('node:child_process').ChildProcess} child @param {NodeJS.Signals} signal @returns {Promise<void>} */
const ended = (child, signal) =>
  new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill(signal)
  })

/**
 * A server that is stopped at once, as when its machine is switched off, and has what it had written when it is started again.
 *
 * @param {string} address
 * @param {string} folder
 * @param {() => ReturnType<typeof started>} start
 * @param {NodeJS.Signals} signal
 * @returns {Promise<Server>}
 */
async function server(address, folder, start, signal) {
  let child = await start()
  return {
    address,
    async restart() {
      await ended(child, signal)
      child = await start()
    },
    async stop() {
      await ended(child, signal)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/**
 * @param {{ host?: string, appendOnly?: boolean }} [options]  `host`: address on which it listens. Default 127.0.0.1;
 *   `appendOnly`: whether it writes down what it is told, as `--appendonly yes` has it; else it forgets all when it is stopped. Default true
 */
export async function startRedis({ host = '127.0.0.1', appendOnly = true } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'sparring-redis-'))
  const port = await freePort()
  const args = [
    '--port',
    String(port),
    '--bind',
    host,
    '--protected-mode',
    'no',
    '--dir',
    folder,
    '--appendonly',
    appendOnly ? 'yes' : 'no',
    '--save',
    '',
  ]
  return server(`redis://${host}:${port}`, folder, () => started('redis-server', args, folder), 'SIGKILL')
}

/** @param {{ host?: string }} [options]  `host`: address on which it listens, and trusts the network of. Default 127.0.0.1 */
export async function startPostgres({ host = '127.0.0.1' } = {}) {
  const bin = /** @type {string} */ (postgresBin())
  const folder = await mkdtemp(join(tmpdir(), 'sparring-postgres-'))
  // The server refuses to run as root: there it is the user that Debian made for it.
  const isRoot = userInfo().uid === 0
  const [program, before] = isRoot
    ? ['setpriv', ['--reuid=postgres', '--regid=postgres', '--clear-groups']]
    : ['env', []]
  if (isRoot) execFileSync('chown', ['postgres', folder])
  const data = join(folder, 'data')
  const init = [join(bin, 'initdb'), '-D', data, '-A', 'trust', '-U', 'sparring', '--no-sync']
  execFileSync(program, [...before, ...init], { stdio: 'ignore', cwd: folder })
  const port = await freePort()
  const args = [...before, join(bin, 'postgres'), '-D', data, '-p', String(port), '-k', folder, '-h', host]
  appendFileSync(join(data, 'pg_hba.conf'), `host all all ${host}/24 trust\n`)
  // SIGQUIT is its own way to end at once; a killed one leaves memory that the next must not find in use.
  return server(
    `postgres://sparring@${host}:${port}/postgres`,
    folder,
    () => started(program, args, folder),
    'SIGQUIT',
  )
}

/** @param {string} name  `redis`, `redis-forgetful` (without its append-only file) or `postgres` */
export function startServer(name) {
  if (name === 'redis') return startRedis()
  if (name === 'redis-forgetful') return startRedis({ appendOnly: false })
  if (name === 'postgres') return startPostgres()
  throw new Error(`expected redis, redis-forgetful or postgres, got "${name}"`)
}
