// Seven hundred names that try to leave the runs folder, at every route that takes one, and in the names inside of files.
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeSafetensors, LOGS, TRAINING } from '../../src/runs/index.ts'
import { openRun } from '../../src/runs/node/index.ts'
import { openStudio, type Studio } from '../../src/server/index.ts'
import { isOffered, RUN_NAME } from '../../src/server/open-run.ts'
import { inventedConfig } from '../runs/invented-run.ts'

const SECRET = 'nobody may read this'
let root: string
let runs: string
let studio: Studio

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sparring-names-'))
  runs = join(root, 'runs')
  const run = join(runs, 'first')
  await mkdir(join(run, 'samples'), { recursive: true })
  await mkdir(join(run, 'figures'))
  await writeFile(join(run, 'config.json'), JSON.stringify(inventedConfig()))
  await writeFile(join(run, 'samples', 'step-000001.png'), 'a picture')
  // What must not be had: beside the runs, and through links.
  for (const name of ['secret.png', 'config.json', 'report.html', 'metrics.jsonl'])
    await writeFile(join(root, name), SECRET)
  await mkdir(join(root, 'elsewhere'))
  await writeFile(
    join(root, 'elsewhere', 'config.json'),
    JSON.stringify({ ...inventedConfig(), model: SECRET }),
  )
  await symlink(join(root, 'elsewhere'), join(runs, 'linked'))
  await symlink(join(root, 'secret.png'), join(run, 'samples', 'step-000002.png'))
  await symlink(join(root, 'report.html'), join(run, 'report.html'))
  await symlink(join(root, 'metrics.jsonl'), join(run, 'metrics.jsonl'))
  await symlink(join(root, 'elsewhere'), join(run, 'figures', 'elsewhere'))
  studio = await openStudio({ runs, port: 0 })
})
afterAll(async () => {
  await studio?.close()
  await rm(root, { recursive: true, force: true })
})

/** A request as it stands: no normalising of paths. */
const ask = (path: string, method = 'GET'): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const headers = {
      'x-sparring-token': studio.token,
      ...(method === 'POST' ? { 'content-length': 2 } : {}),
    }
    const request = httpRequest(
      { host: '127.0.0.1', port: studio.port, path, method, headers, agent: false },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (more: string) => {
          text += more
        })
        response.on('end', () => resolve({ status: response.statusCode!, text }))
      },
    )
    request.on('error', reject)
    request.end(method === 'POST' ? '{}' : undefined)
  })

/** `..` as it can be written in an address. */
const UPS = [
  '..',
  '%2e%2e',
  '.%2e',
  '%2E.',
  '..%00',
  '%252e%252e',
  '..;',
  '...',
  '%c0%ae%c0%ae',
  '%uff0e%uff0e',
  '．．',
]
/** A separator, likewise. */
const SLASHES = ['/', '%2f', '%5c', '%255c', '%c0%af', '//', '%2f%2f', '／']

/** Up so many folders and to a file, in all spellings. */
const climbs = (file: string, depth: number): string[] =>
  UPS.flatMap((up) => SLASHES.map((slash) => `${`${up}${slash}`.repeat(depth)}${file}`))

const ABSOLUTE = [
  '/etc/passwd',
  '%2fetc%2fpasswd',
  'C:%5cWindows%5cwin.ini',
  '%5c%5chost%5cshare%5cx.png',
  'file:%2f%2f%2fetc%2fpasswd',
]
const ODD = [
  '%00',
  '%0a',
  '%0d%0aset-cookie:a',
  '~',
  '~root',
  '%7e',
  '.',
  '%2e',
  'con',
  'nul',
  'com1.png',
  'linked',
  'linked%2fconfig.json',
  `${'a'.repeat(4000)}`,
]

const paths: string[] = [
  // Files of a run.
  ...climbs('secret.png', 2).map((name) => `/files/first/${name}`),
  ...climbs('secret.png', 3).map((name) => `/files/first/samples/${name}`),
  ...climbs('config.json', 1).map((name) => `/files/${name}`),
  // Runs.
  ...climbs('elsewhere', 1).map((name) => `/api/runs/${name}`),
  ...climbs('elsewhere', 1).map((name) => `/api/runs/${name}/files`),
  ...climbs('secret', 2).map((name) => `/api/runs/first/networks/${name}.onnx`),
  // Pages.
  ...climbs('package.json', 2).map((name) => `/${name}`),
  ...climbs('secret.png', 4).map((name) => `/assets/${name}`),
  ...[...ABSOLUTE, ...ODD].flatMap((name) => [
    `/files/first/${name}`,
    `/files/${name}/config.json`,
    `/api/runs/${name}`,
    `/api/runs/${name}/metrics.csv`,
  ]),
  '/files/first/report.html',
  '/files/first/samples/step-000002.png',
  '/files/first/figures/elsewhere/config.json',
  '/files/first/metrics.jsonl',
  '/api/runs/first/metrics.csv',
]

describe('names in addresses', () => {
  it('of what there is are answered', async () => {
    expect(await ask('/files/first/samples/step-000001.png')).toEqual({ status: 200, text: 'a picture' })
  })

  it(`are refused when they lead elsewhere: all ${paths.length}`, async () => {
    expect(paths.length).toBeGreaterThan(700)
    const found: string[] = []
    for (let first = 0; first < paths.length; first += 40)
      await Promise.all(
        paths.slice(first, first + 40).map(async (path) => {
          const { status, text } = await ask(encodeURI(path).replaceAll('%25', '%'))
          // Some are spellings of the studio's own page; none is of a file.
          const isPage = status === 200 && text.includes('<div id="app">')
          if (text.includes(SECRET) || text.includes('root:') || !(isPage || (status >= 400 && status < 500)))
            found.push(`${path}: ${status} ${text.slice(0, 60)}`)
        }),
      )
    expect(found).toEqual([])
  })

  it('nor can they be written to', async () => {
    for (const path of climbs('elsewhere', 1))
      for (const route of ['control', 'critic']) {
        const { status } = await ask(encodeURI(`/api/runs/${path}/${route}`).replaceAll('%25', '%'), 'POST')
        expect(status, path).toBeGreaterThanOrEqual(400)
        expect(status, path).toBeLessThan(500)
      }
    expect((await readdir(join(root, 'elsewhere'))).sort()).toEqual(['config.json'])
  })
})

/** The same names, not written as in an address. */
const PLAIN = [
  '../secret.png',
  '../../secret.png',
  '..\\secret.png',
  'samples/../../secret.png',
  '/etc/passwd',
  'C:\\x',
  '\\\\host\\share',
  'a/../../b',
  './../x',
  '..',
  '.',
  '',
  'x\0.png',
  'a\nb',
  '~/x',
  '-rf',
  '--config',
  'samples/a/../../../x.png',
  '__proto__',
  'constructor',
]

describe('names elsewhere', () => {
  it('of new runs, and of files that pages may have, are a step down at most', () => {
    for (const name of PLAIN.filter((plain) => !/^(__proto__|constructor)$/.test(plain))) {
      expect(RUN_NAME.test(name), name).toBe(false)
      expect(isOffered(name, { logs: LOGS, recipe: TRAINING }), name).toBe(false)
    }
  })

  it('of files in a run folder cannot leave it, to read or to write', async () => {
    const run = await openRun(join(runs, 'first'))
    for (const name of PLAIN) {
      const leaves = /\.\.|^\/|^\.?$/.test(name) && !name.includes('\\')
      const read = await run.readFile(name).catch((error: Error) => error.message)
      if (leaves) expect(read, name).toMatch(/not a file name inside the run folder/)
      else expect(read instanceof Uint8Array, name).toBe(false)
      if (leaves) await expect(run.writeFile(name, 'x'), name).rejects.toThrow(/not a file name inside/)
    }
    expect(await run.readFile('../secret.png').catch(() => 'refused')).toBe('refused')
  })

  it('of checkpoints are steps, whatever tensors in them are called', async () => {
    const folder = join(runs, 'first', 'checkpoints')
    await mkdir(folder)
    const tensor = { shape: [1], data: Float32Array.of(1) }
    const tensors = Object.fromEntries(
      [...PLAIN.filter((name) => name !== ''), 'toString'].map((name) => [name, tensor]),
    )
    const bytes = await encodeSafetensors(tensors, { step: '4', model: '../../x' })
    for (const name of [
      'step-000004.safetensors',
      'step-99999999999999999999999.safetensors',
      'step-00..04.safetensors',
    ])
      await writeFile(join(folder, name), bytes)
    const run = await openRun(join(runs, 'first'))
    const found = await run.latestCheckpoint()
    expect(found).toMatchObject({ step: 4, file: 'checkpoints/step-000004.safetensors' })
    expect(Object.keys(found!.tensors).sort()).toEqual(Object.keys(tensors).sort())
    expect(({} as Record<string, unknown>).shape).toBeUndefined()
    expect(Object.getPrototypeOf(found!.tensors)).toBe(Object.prototype)
  })
})
