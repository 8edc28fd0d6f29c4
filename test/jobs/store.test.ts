// Stores: results and files by content, in a folder and on servers, and what is said when they are damaged, full or not there.
import fs, { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isFinal, PassingError, waitAfter } from '../../src/jobs/driver.ts'
import { execute, programVersion } from '../../src/jobs/node/execute.ts'
import { storeAt } from '../../src/jobs/node/open-store.ts'
import { optional } from '../../src/jobs/node/optional.ts'
import { withoutSecrets } from '../../src/jobs/node/remote-shelf.ts'
import { openStore, type Shelf, type Store } from '../../src/jobs/node/store.ts'
import { canonicalJson, jobId } from '../../src/jobs/request.ts'
import { ConfigError, DataError } from '../../src/util/errors.ts'
import { counting } from '../contracts/driver.ts'
import { tinyKinds } from '../studies/studies.ts'
import { freePort, noRedis, startRedis, type TestServer } from '../support/servers.ts'
import { unless } from '../support/unless.ts'

let place: string
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'sparring-store-'))
})
afterEach(() => rm(place, { recursive: true, force: true }))

/** What every store must do. */
function storeContract(open: () => Promise<{ store: Store; close(): Promise<void> }>): void {
  it('keeps files by their content, and lays them out as they were', async () => {
    const { store, close } = await open()
    const from = join(place, 'from')
    await mkdir(join(from, 'sub'), { recursive: true })
    await writeFile(join(from, 'small.txt'), 'small')
    await writeFile(join(from, 'sub/large.bin'), Buffer.alloc(200_000, 7))
    const table = await store.keepFiles(from, ['small.txt', 'sub/large.bin'])
    await store.layOut(table, join(place, 'to'))
    expect(await readFile(join(place, 'to/small.txt'), 'utf8')).toBe('small')
    expect((await readFile(join(place, 'to/sub/large.bin'))).equals(Buffer.alloc(200_000, 7))).toBe(true)
    await close()
  })

  it('takes up a job where another worker has left it, and keeps its result once', async () => {
    const { store, close } = await open()
    const kinds = await tinyKinds()
    const job = await counting({ steps: 8, pause: 1 })
    const options = { store, kinds, needsFolder: place, signal: new AbortController().signal }
    const stop = new AbortController()
    const shares: number[] = []
    const half = execute(job, {
      ...options,
      folder: join(place, 'one'),
      signal: stop.signal,
      onProgress: (share) => {
        if (share >= 0.5) stop.abort()
      },
    })
    await expect(half).rejects.toThrow('stopped')
    const folder = join(place, store.isLocal ? 'one' : 'two')
    await execute(job, { ...options, folder, onProgress: (share) => shares.push(share) })
    expect(Math.min(...shares)).toBeGreaterThan(0.5)
    const first = await store.result(job.id)
    await execute(job, { ...options, folder: join(place, 'three') })
    expect(await store.result(job.id)).toEqual(first)
    expect(await store.progress(job.id)).toBeUndefined()
    await close()
  })
}

describe('a folder as a store', () => {
  storeContract(async () => ({ store: await storeAt(join(place, 'store')), close: async () => {} }))

  it('gives large files a second name instead of copying them', async () => {
    const store = await storeAt(join(place, 'store'))
    await writeFile(join(place, 'large.onnx'), Buffer.alloc(100_000))
    const table = await store.keepFiles(place, ['large.onnx'])
    await store.layOut(table, join(place, 'to'))
    expect((await stat(join(place, 'large.onnx'))).nlink).toBe(3)
  })

  it('leaves no half of a file that it copies from another disk and has no room for', async () => {
    const store = await storeAt(join(place, 'store'))
    await writeFile(join(place, 'large.onnx'), Buffer.alloc(100_000))
    const { link, copyFile } = fs
    const failing = (code: string) => Object.assign(new Error(code), { code })
    fs.link = () => Promise.reject(failing('EXDEV'))
    fs.copyFile = async (_, to) => {
      await writeFile(to, Buffer.alloc(50_000))
      throw failing('ENOSPC')
    }
    syncBuiltinESMExports()
    try {
      await expect(store.keepFiles(place, ['large.onnx'])).rejects.toThrow(
        /cannot keep results in .*: the disk is full; free some space/,
      )
    } finally {
      Object.assign(fs, { link, copyFile })
      syncBuiltinESMExports()
    }
    const there = await readdir(join(place, 'store'), { recursive: true, withFileTypes: true })
    expect(there.filter((entry) => entry.isFile())).toEqual([])
    expect(await store.keepFiles(place, ['large.onnx'])).toMatchObject({ 'large.onnx': { bytes: 100_000 } })
  })

  it('says when a result, or a file of one, is damaged', async () => {
    const store = await storeAt(join(place, 'store'))
    const job = await counting({ pause: 1 })
    await execute(job, {
      store,
      kinds: await tinyKinds(),
      folder: join(place, 'work'),
      needsFolder: place,
      signal: new AbortController().signal,
    })
    const { files } = (await store.result(job.id))!.circumstances
    const { hash } = files['state.json']!
    await writeFile(join(place, 'store/blobs', hash.slice(0, 2), hash), 'other')
    await expect(store.layOut(files, join(place, 'to'))).rejects.toThrow('has lost the file state.json')
    await writeFile(join(place, 'store/results', job.id.slice(0, 2), `${job.id}.json`), '{"half')
    await expect(store.result(job.id)).rejects.toThrow('is damaged: not JSON')
  })

  it('leaves nothing half-written where it cannot be written, and the job may be tried again when it is full', async () => {
    const full: Shelf = {
      words: 'a full disk',
      address: '',
      read: async () => undefined,
      has: async () => false,
      async write() {
        throw new DataError('cannot keep it: the disk is full', {
          cause: Object.assign(new Error('no space'), { code: 'ENOSPC' }),
        })
      },
      remove: async () => {},
      close: async () => {},
    }
    const folder = join(place, 'work')
    const failed = await execute(await counting({ pause: 1 }), {
      store: openStore(full),
      kinds: await tinyKinds(),
      folder,
      needsFolder: place,
      signal: new AbortController().signal,
    }).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(DataError)
    expect(isFinal(failed)).toBe(false)
    // What was done of it is still there.
    expect(await readdir(folder)).toContain('state.json')
  })
})

unless(noRedis).describe('a store on Redis', () => {
  let server: TestServer
  storeContract(async () => {
    server = await startRedis()
    const store = await storeAt(`${server.address}/1`)
    return {
      store,
      async close() {
        await store.close()
        await server.stop()
      },
    }
  })
})

it('that is not there, or of a kind that nobody knows, is told without its password', async () => {
  const port = await freePort()
  await expect(storeAt('ftp://host/results')).rejects.toThrow(
    'expected a folder, or an address that begins with s3://',
  )
  await expect(storeAt('s3://bucket/results?endpoint=http://127.0.0.1:1')).rejects.toThrow(
    'AWS_ACCESS_KEY_ID',
  )
  await expect(storeAt(`redis://me:secret@127.0.0.1:${port}/0`)).rejects.toThrow(
    /cannot read the store redis:\/\/me:\*\*\*@.*: connect ECONNREFUSED.*\. Is its server running/,
  )
  expect(withoutSecrets('redis://:secret@host:1/0')).toBe('redis://:***@host:1/0')
})

it('needs packages that are not installed with the program, and says which', async () => {
  const missing = () => import('a-package-that-nobody-has' as string)
  await expect(optional(missing, ['bullmq', 'pg'], '--queue postgres://')).rejects.toThrow(
    '--queue postgres:// needs packages that are not installed here: run "npm install bullmq pg"',
  )
})

describe('a failure', () => {
  it('is final where it is the job’s own, and passing where it is the moment’s', () => {
    expect(isFinal(new ConfigError('a wrong setting'))).toBe(true)
    expect(isFinal(new DataError('no such data'))).toBe(true)
    expect(isFinal(new PassingError('another process is at it'))).toBe(false)
    expect(isFinal(new Error('out of memory'))).toBe(false)
    expect([1, 2, 3].map((attempt) => waitAfter(attempt, { attempts: 4, backoff: 100 }))).toEqual([
      100, 200, 400,
    ])
  })
})

describe('the name of a job', () => {
  it('is the same whatever the order of its options, and another for other values and versions', async () => {
    const base = { kind: 'training', data: {}, needs: {}, version: programVersion() }
    const id = await jobId({ ...base, options: { a: 1, b: { c: [1, 2], d: 'x' } } })
    expect(await jobId({ ...base, options: { b: { d: 'x', c: [1, 2] }, a: 1 } })).toBe(id)
    expect(await jobId({ ...base, options: { a: 2, b: { c: [1, 2], d: 'x' } } })).not.toBe(id)
    expect(
      await jobId({ ...base, version: 'sparring 9', options: { a: 1, b: { c: [1, 2], d: 'x' } } }),
    ).not.toBe(id)
    expect(canonicalJson({ b: undefined, a: [null, 'x'] })).toBe('{"a":[null,"x"]}')
  })
})
