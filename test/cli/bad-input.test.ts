// Unusable data, names and folders: a clear message, the right exit code, nothing left behind.
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { smallData } from '../e2e/sparring.ts'

const IMAGES = 'train-images-idx3-ubyte'
const LABELS = 'train-labels-idx1-ubyte'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sparring-bad-input-'))
  await smallData(join(root, 'small'))
})
afterAll(() => rm(root, { recursive: true }))
afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})

const small = (file: string): Promise<Uint8Array> => readFile(join(root, 'small', file))
const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** Runs a command that must fail, with --json: the object agrees with message and exit code. */
async function failing(...args: string[]): Promise<{ code: number; kind: string; message: string }> {
  let stdout = ''
  let stderr = ''
  const code = await main([...args, '--json'], {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    environment: {},
  })
  const { error } = JSON.parse(stdout)
  expect(error.exitCode).toBe(code)
  expect(stderr).toContain(`error: ${error.message}`)
  return { code, kind: error.kind, message: error.message }
}

/** Trains on data that must be refused, and checks that no run folder is left. */
async function refused(data: string) {
  const never = join(root, 'never')
  const failure = await failing('train', 'mlp-gan', '--data', data, '--steps', '2', '--run', never)
  expect(await exists(never)).toBe(false)
  return failure
}

/** A copy of the small data with one file replaced. */
async function broken(name: string, file: string, bytes: Uint8Array): Promise<string> {
  const folder = await smallData(join(root, name))
  await rm(join(folder, file.replace(/\.gz$/, '')))
  await writeFile(join(folder, file), bytes)
  return folder
}

describe('data', () => {
  it('of a truncated IDX file are refused with the sizes', async () => {
    const folder = await broken('truncated', IMAGES, (await small(IMAGES)).subarray(0, 1000))
    const { code, message } = await refused(folder)
    expect(code).toBe(3)
    expect(message).toContain(IMAGES)
    expect(message).toMatch(/1,?000|984/)
  })

  it('of a corrupt compressed file are refused', async () => {
    const bytes = gzipSync(await small(IMAGES))
    bytes.fill(0x55, bytes.length >> 1)
    const { code, message } = await refused(await broken('corrupt', `${IMAGES}.gz`, bytes))
    expect(code).toBe(3)
    expect(message).toContain(`${IMAGES}.gz`)
  })

  it('with more images than labels are refused with both numbers', async () => {
    const fewer = await smallData(join(root, 'fewer'), 40)
    const folder = await broken('uneven', LABELS, await readFile(join(fewer, LABELS)))
    const { code, message } = await refused(folder)
    expect(code).toBe(3)
    expect(message).toMatch(/48.*40|40.*48/)
  })

  it('of a folder without images are refused', async () => {
    const folder = join(root, 'empty')
    await mkdir(folder)
    const { code, message } = await refused(folder)
    expect(code).toBe(3)
    expect(message).toContain(folder)
  })

  it('of an unknown name are refused, with the nearest known one', async () => {
    const { code, message } = await refused('digit')
    expect(code).toBe(2)
    expect(message).toContain('did you mean "digits"?')
  })

  it('that cannot be downloaded say how to go on without a network', async () => {
    vi.stubEnv('XDG_CACHE_HOME', join(root, 'cache'))
    vi.stubEnv('SPARRING_DATA_DIR', undefined)
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')))
    const { code, message } = await refused('mnist')
    expect(code).toBe(3)
    expect(message).toContain('fetch failed')
    expect(message).toContain('--data-dir')
  })
})

describe('a run folder', () => {
  const train = (folder: string) =>
    failing('train', 'mlp-gan', '--data', join(root, 'small'), '--steps', '2', '--run', folder)

  it('that cannot be made is refused', async () => {
    const { code, message } = await train(join(root, 'small', IMAGES, 'run'))
    expect(code).toBe(2)
    expect(message).toContain('cannot make the run folder')
  })

  it('that holds other files is refused, and they stay', async () => {
    const { code, message } = await train(join(root, 'small'))
    expect(code).toBe(2)
    expect(message).toContain('is not empty')
    expect(await exists(join(root, 'small', IMAGES))).toBe(true)
  })

  it.each(['resume', 'sample', 'report', 'export'])('that is none is refused by %s', async (command) => {
    expect(await failing(command, join(root, 'small'))).toMatchObject({
      code: 3,
      kind: 'data',
      message: expect.stringContaining('is not a run folder'),
    })
    expect(await failing(command, join(root, 'nowhere'))).toMatchObject({
      code: 3,
      message: expect.stringContaining('there is no run folder'),
    })
  })
})

describe('a training that diverges', () => {
  it('ends with exit code 4 and names loss and step', async () => {
    const data = join(root, 'small')
    const more = [
      '--steps',
      '50',
      '--batch-size',
      '8',
      '--learning-rate',
      '1e30',
      '--run',
      join(root, 'wild'),
    ]
    const { code, kind, message } = await failing('train', 'mlp-gan', '--data', data, ...more)
    expect({ code, kind }).toEqual({ code: 4, kind: 'diverged' })
    expect(message).toMatch(/is (NaN|-?Infinity) at step \d+: training has diverged/)
  })
})
