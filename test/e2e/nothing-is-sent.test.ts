// What the real command writes outside its run, and whether it talks to anybody: nothing and nobody.
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { unless } from '../support/unless.ts'
import { ownEnvironment, program, smallData } from './sparring.ts'

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'sparring-silence-'))
  await smallData(join(cwd, 'small'))
})
afterAll(() => rm(cwd, { recursive: true, force: true }))

let homes = 0
/** A home of nobody, and the environment in which it is everybody's. */
async function emptyHome(): Promise<{ env: NodeJS.ProcessEnv; files(): Promise<string[]> }> {
  const home = join(cwd, `home-${homes++}`)
  await mkdir(join(home, 'tmp'), { recursive: true })
  const { ORT_DISABLE_TELEMETRY: _, ...env } = ownEnvironment
  return {
    env: {
      ...env,
      HOME: home,
      USERPROFILE: home,
      LOCALAPPDATA: join(home, 'local'),
      XDG_CACHE_HOME: join(home, 'cache'),
      XDG_DATA_HOME: join(home, 'data'),
      XDG_CONFIG_HOME: join(home, 'config'),
      TMPDIR: join(home, 'tmp'),
    },
    async files() {
      const entries = await readdir(home, { recursive: true, withFileTypes: true })
      return entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name))
    },
  }
}

const training = (run: string): string[] =>
  `train mlp-gan --data ./small --steps 10 --batch-size 8 --threads 1 --run ${run} --json`.split(' ')

/** Why strace cannot be used, or nothing. */
function withoutStrace(): string | undefined {
  const { error, status, stderr } = spawnSync('strace', [
    '-f',
    '-e',
    'trace=network',
    process.execPath,
    '-e',
    '0',
  ])
  if (error) return `strace is not installed (${error.message})`
  return status === 0 ? undefined : `strace may not trace here: ${stderr}`
}

describe('a training of the command', () => {
  it('writes nothing but its run: no file in the home, the caches or the temporary folder of its user', async () => {
    const { env, files } = await emptyHome()
    execFileSync(process.execPath, [program, ...training('alone')], { cwd, env, stdio: 'pipe' })
    expect(await files()).toEqual([])
  })

  unless(withoutStrace()).it(
    'connects to nobody and looks nobody up, in any of its threads and processes (with strace)',
    async () => {
      const { env } = await emptyHome()
      const trace = join(cwd, 'trace.txt')
      const traced = ['-f', '-qq', '-e', 'trace=%network,openat', '-o', trace, process.execPath, program]
      execFileSync('strace', [...traced, ...training('traced')], { cwd, env, stdio: 'pipe' })
      const calls = (await readFile(trace, 'utf8')).split('\n')
      expect(calls.some((call) => call.includes('libonnxruntime'))).toBe(true)
      // Also what precedes a look-up or an upload: the list of name servers, and the machine's identity.
      const outward =
        /\b(connect|sendto|sendm?msg|sendmmsg)\(|AF_INET|\/etc\/(resolv\.conf|hosts|machine-id)|Microsoft/
      expect(calls.filter((call) => outward.test(call))).toEqual([])
    },
  )
})

describe('the library', () => {
  const built = (file: string): string => pathToFileURL(join(program, '../../dist', file)).href
  /** A program that opens an engine, perhaps in a thread of its own, and what is left in its user's home. */
  async function left(source: string) {
    const { env, files } = await emptyHome()
    const file = join(cwd, 'program.mjs')
    const text = source.replaceAll('LIBRARY', JSON.stringify(built('node.js')))
    await writeFile(file, text.replaceAll('PURE', JSON.stringify(built('index.js'))))
    const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd, env })
    return { stdout, files: await files() }
  }
  const use = `
    const { nodeEngine } = await import(LIBRARY)
    const { exportModel, input, ops } = await import(PURE)
    const x = input('x', [1])
    try {
      const engine = await nodeEngine({ threads: 1 })
      const model = await engine.load(exportModel({ inputs: [x], outputs: { y: ops.add(x, x) } }, { name: 'sum' }))
      await model.run({ x: { shape: [1], data: Float32Array.of(1) } })
      await engine.close()
      console.log('worked')
    } catch (error) { console.log(error.name + ': ' + error.message) }`
  const inThread = (options: string, before = '') => `
    import { isMainThread, SHARE_ENV, Worker } from 'node:worker_threads'
    ${before}
    if (isMainThread) await new Promise((resolve) => new Worker(new URL(import.meta.url), ${options}).on('exit', resolve))
    else { ${use} }`

  it('leaves nothing, even where the environment asks for it', async () => {
    const result = await left(`process.env.ORT_DISABLE_TELEMETRY = '0'; ${use}`)
    expect(result).toEqual({ stdout: 'worked\n', files: [] })
  })

  it('leaves nothing from a worker thread that shares the environment, or was started after the import', async () => {
    expect(await left(inThread('{ env: SHARE_ENV }'))).toEqual({ stdout: 'worked\n', files: [] })
    expect(await left(inThread('{}', 'await import(LIBRARY)'))).toEqual({ stdout: 'worked\n', files: [] })
  })

  it('refuses to start the runtime from a worker thread that cannot silence it, and says what to do', async () => {
    const { stdout, files } = await left(inThread('{ env: { ORT_DISABLE_TELEMETRY: "1" } }'))
    expect(stdout).toMatch(
      /^UnsupportedError: .*Import "sparring\/node" in the main thread.*SHARE_ENV.*ORT_DISABLE_TELEMETRY=1/,
    )
    expect(files).toEqual([])
  })
})
