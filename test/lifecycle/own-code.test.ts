// Models of one's own from files: what is read, what is refused, and that received programs are never started.
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { startRun } from '../../src/lifecycle/index.ts'
import { openModelFile, readOwnCode } from '../../src/lifecycle/own-code.ts'
import { knownParts } from '../../src/lifecycle/run-parts.ts'
import type { RunConfig } from '../../src/runs/index.ts'
import { openRun } from '../../src/runs/node/index.ts'
import { openTraining } from '../../src/server/open-run.ts'
import { snapshotOf } from '../../src/server/snapshot.ts'
import { ConfigError, DataError } from '../../src/util/errors.ts'
import { command as run } from '../support/command.ts'
import { writeOwnModel } from '../support/own-model.ts'

let root: string
let runs: string
/** A run of one's own model that ended, in a cache that knows its file. */
let mine: { folder: string; file: string; trace: string }
const cacheOf = (name: string): void => void vi.stubEnv('XDG_CACHE_HOME', join(root, name))

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sparring-own-'))
  runs = join(root, 'runs')
  await mkdir(runs)
  cacheOf('cache')
  const written = await writeOwnModel(root)
  const { model, code } = await openModelFile(written.file)
  mine = { ...written, folder: join(runs, 'mine') }
  const events = startRun({
    model,
    code,
    data: 'ring',
    dataOptions: { count: 60 },
    folder: mine.folder,
    settings: { threads: 1, sampleEvery: 0 },
    command: ['sparring', 'train', written.file],
  })
  for await (const _ of events);
})
beforeEach(() => cacheOf('cache'))
afterEach(() => vi.unstubAllEnvs())
afterAll(() => rm(root, { recursive: true }))

const written = async (name: string, text: string): Promise<string> => {
  const file = join(root, name)
  await writeFile(file, text)
  return file
}

describe('a file that is named', () => {
  it('gives its model, with the hash of what it holds', async () => {
    const { file, trace } = await writeOwnModel(root, 'named.mjs')
    const { model, code } = await openModelFile(file)
    expect(model.name).toBe('own-gan')
    expect(code).toEqual({ file, hash: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(await readFile(trace, 'utf8')).toBe('started\n')
  })

  const cases = [
    ['is not there', undefined, /there is no file .*missing\.mjs; expected/],
    ['throws', 'throw new Error("out of tea")', /throws\.mjs cannot be used: out of tea/],
    ['is no program', 'export default {', /cannot be used: .*/],
    ['imports what is not there', "import 'not-there-at-all'", /cannot be used: .*not-there-at-all/],
    [
      'has no default export',
      'export const model = 1',
      /expected a model as its default export.*it has none/,
    ],
    [
      'exports something else',
      'export default { name: "mine" }',
      /its "description" is missing or of another kind/,
    ],
    [
      'has a name that is none',
      'export default { name: "My GAN" }',
      /its "name" is missing or of another kind/,
    ],
  ] as const
  it.each(cases)('that %s is refused', async (kind, text, message) => {
    const file =
      text === undefined ? join(root, 'missing.mjs') : await written(`${kind.split(' ')[0]}.mjs`, text)
    const { code, text: told } = await run('train', file)
    expect(told).toMatch(message)
    expect(code).toBe(2)
  })

  it('whose objective makes a mistake is told so, and an explained one is left as it is', async () => {
    const text = await readFile(mine.file, 'utf8')
    const wrong = await written(
      'wrong.mjs',
      text.replace('const optimizer =', 'units.nothing.at.all; const optimizer ='),
    )
    const { model } = await openModelFile(wrong)
    const make = () => model.objective({ units: 4 }, model.madeFor)
    expect(make).toThrow(ConfigError)
    expect(make).toThrow(/the objective of .*wrong\.mjs fails: .*undefined/)
    const wide = await written('wide.mjs', text.replace('dense({ units: 2 })', 'dense({ units: 3 })'))
    const other = (await openModelFile(wide)).model
    expect(() => other.objective({ units: 4 }, other.madeFor)).toThrow(
      /^gan "own-gan": the discriminator must take/,
    )
  })

  it('has its own flags, and the settings that it says', async () => {
    const { code, text } = await run('train', mine.file, '--units', '7', '--print-config', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(text.trim().split('\n').at(-1)!)).toMatchObject({ data: 'ring', units: 7, steps: 24 })
    expect((await run('train', mine.file, '--units', '65')).code).toBe(2)
    expect((await run('train', mine.file, '--unit', '6')).text).toMatch(/--unit/)
  })
})

describe('a run of it', () => {
  it('records the file and its hash, and everything is made of it as of any run', async () => {
    const { config } = await openRun(mine.folder)
    expect(config.code).toEqual({ file: mine.file, hash: expect.any(String) })
    expect(existsSync(join(mine.folder, 'generator.onnx'))).toBe(true)
    expect(knownParts(config)!.networks.map(({ name }) => name)).toEqual(['generator', 'discriminator'])
    expect((await run('verify', mine.folder)).code).toBe(0)
    expect((await run('export', mine.folder, '--out', join(root, 'networks'))).code).toBe(0)
    expect(await readFile(join(root, 'networks', 'generator.onnx'))).toEqual(
      await readFile(join(mine.folder, 'generator.onnx')),
    )
  })

  it('is not continued with a file that has changed, nor without it', async () => {
    const { file, trace } = await writeOwnModel(root, 'moody.mjs')
    const { code } = await openModelFile(file)
    const before = await readFile(trace, 'utf8')
    await writeFile(file, `${await readFile(file, 'utf8')}\n// changed`)
    await expect(readOwnCode({ code })).rejects.toThrow(DataError)
    await expect(readOwnCode({ code })).rejects.toThrow(
      `${file}, which holds the model of the run, has changed since the run was started. Restore it, or start a new run.`,
    )
    await rm(file)
    await expect(readOwnCode({ code })).rejects.toThrow(
      /lies in .*moody\.mjs, which cannot be read: .*Put the file back/,
    )
    expect(await readFile(trace, 'utf8')).toBe(before)
  })
})

describe('a received run', () => {
  /** A copy of the run whose config names a file that nobody here has started. */
  let received: string
  let strange: { file: string; trace: string }
  beforeAll(async () => {
    received = join(runs, 'received')
    await cp(mine.folder, received, { recursive: true })
    strange = await writeOwnModel(root, 'strange.mjs')
    const path = join(received, 'config.json')
    const config = JSON.parse(await readFile(path, 'utf8')) as RunConfig
    const { createHash } = await import('node:crypto')
    // Of the very file that lies there: only that somebody started it is missing.
    const hash = createHash('sha256')
      .update(await readFile(strange.file))
      .digest('hex')
    await writeFile(path, JSON.stringify({ ...config, code: { file: strange.file, hash } }))
  })

  it.each(['resume', 'sample', 'report', 'export', 'verify', 'evaluate'])(
    'is not started by sparring %s, which says what to do',
    async (command) => {
      const { code, text } = await run(command, received)
      expect(existsSync(strange.trace)).toBe(false)
      expect(code).toBe(3)
      expect(text).toContain(
        'programs of received runs are never started by themselves. Start it once yourself: sparring train',
      )
      expect(text).toContain(strange.file)
    },
  )

  it('is shown by the studio without its parts, and not started', async () => {
    const found = await openTraining(runs, 'received')
    const snapshot = await snapshotOf('received', found)
    expect(existsSync(strange.trace)).toBe(false)
    expect(snapshot.parts).toEqual({ networks: [], players: [] })
    expect(snapshot.config.model).toBe('own-gan')
    expect(snapshot.status.state).toBe('finished')
    const own = await snapshotOf('mine', await openTraining(runs, 'mine'))
    expect(own.parts.players).toEqual([['discriminator'], ['generator']])
    expect(snapshot.metrics).toEqual(own.metrics)
  })

  it('may be used once its file was started by hand, in this cache only', async () => {
    await openModelFile(strange.file)
    expect((await run('verify', received)).code).toBe(0)
  })
})
