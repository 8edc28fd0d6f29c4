// Published data sets: from the user's folder, from the cache, and through mirrors that break in every way.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { sha256 } from '../../../src/data/dataset.ts'
import { type DownloadableSet, mnist } from '../../../src/data/index.ts'
import { loadData, loadPublishedSet, type Progress } from '../../../src/data/node/index.ts'
import { DataError } from '../../../src/util/errors.ts'
import { unless } from '../../support/unless.ts'
import { noRealMnist, realMnist } from '../real-mnist.ts'
import { smallImages, smallLabels } from '../small-idx.ts'
import { startMirror } from './mirror.ts'
import { temporaryFolder } from './temporary-folder.ts'

const contents = {
  'train-images.gz': smallImages(40, 20, 20),
  'train-labels.gz': smallLabels(...Array.from({ length: 40 }, (_, i) => i % 2)),
  'test-images.gz': smallImages(2, 20, 20),
  'test-labels.gz': smallLabels(1, 0),
}
const files = Object.fromEntries(
  Object.entries(contents).map(([name, bytes]) => [name, Uint8Array.from(gzipSync(bytes))]),
)
const published = async (name: keyof typeof contents) => ({ name, sha256: await sha256(contents[name]) })
const small: DownloadableSet = {
  name: 'small',
  mirrors: [],
  classes: ['even', 'odd'],
  files: {
    trainImages: await published('train-images.gz'),
    trainLabels: await published('train-labels.gz'),
    testImages: await published('test-images.gz'),
    testLabels: await published('test-labels.gz'),
  },
}
const from = (...mirrors: string[]): DownloadableSet => ({ ...small, mirrors })
const noFetch: typeof fetch = () => Promise.reject(new Error('the network must not be used'))

beforeEach(() => void vi.stubEnv('SPARRING_DATA_DIR', ''))
afterEach(() => void vi.unstubAllEnvs())

const failure = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => 'no error',
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(DataError)
  return (error as DataError).message
}

describe('a published set', () => {
  it('is downloaded once and comes from the cache afterwards', async () => {
    const cacheDir = await temporaryFolder()
    const mirror = await startMirror({ files })
    const { train, test } = await loadPublishedSet(from(mirror.url), { cacheDir })
    expect(train).toMatchObject({ name: 'small', count: 40, height: 20, width: 20, classes: ['even', 'odd'] })
    expect(test.labels).toEqual(Uint8Array.of(1, 0))
    expect(mirror.requests).toHaveLength(4)
    const again = await loadPublishedSet(small, { cacheDir, fetch: noFetch })
    expect([again.train.hash, again.test.hash]).toEqual([train.hash, test.hash])
    // Nothing half-finished stays behind.
    expect((await readdir(join(cacheDir, 'datasets', 'small'))).sort()).toEqual(Object.keys(files).sort())
  })

  it('reports the progress of each file up to its size', async () => {
    const mirror = await startMirror({ files })
    const reports: Progress[] = []
    await loadPublishedSet(from(mirror.url), {
      cacheDir: await temporaryFolder(),
      onProgress: (progress) => reports.push(progress),
    })
    for (const [file, bytes] of Object.entries(files)) {
      const last = reports.filter((report) => report.file === file).at(-1)
      expect(last).toEqual({ file, received: bytes.length, total: bytes.length })
    }
  })

  it('goes on with the rest when a connection is cut', async () => {
    const mirror = await startMirror({ files, cuts: 1 })
    const { train } = await loadPublishedSet(from(mirror.url), { cacheDir: await temporaryFolder() })
    expect(train.count).toBe(40)
    const half = files['train-images.gz']!.length >> 1
    expect(mirror.requests.slice(0, 2)).toEqual([
      { file: 'train-images.gz', range: undefined },
      { file: 'train-images.gz', range: `bytes=${half}-` },
    ])
  })

  it('goes on with what an aborted call left behind', async () => {
    const cacheDir = await temporaryFolder()
    const mirror = await startMirror({ files, cuts: 1 })
    const controller = new AbortController()
    const aborted = loadPublishedSet(from(mirror.url), {
      cacheDir,
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    })
    await expect(aborted).rejects.toThrow('enough')
    expect(await readdir(join(cacheDir, 'datasets', 'small'))).toEqual([
      expect.stringMatching(/^train-images\.gz\.\w+\.part$/),
    ])
    await loadPublishedSet(from(mirror.url), { cacheDir })
    expect(mirror.requests[1]).toMatchObject({
      file: 'train-images.gz',
      range: expect.stringMatching(/^bytes=\d+-$/),
    })
  })

  it('starts over where a server does not continue', async () => {
    const mirror = await startMirror({ files, cuts: 1, ranges: false })
    const { train } = await loadPublishedSet(from(mirror.url), { cacheDir: await temporaryFolder() })
    expect([...train.images.subarray(0, 4)]).toEqual([0, 1, 2, 3])
    expect(mirror.requests).toHaveLength(5)
  })

  it('starts over when a part from earlier does not lead to the right content', async () => {
    const cacheDir = await temporaryFolder()
    const mirror = await startMirror({ files, cuts: 1 })
    const controller = new AbortController()
    const abort = (): void => controller.abort()
    await loadPublishedSet(from(mirror.url), {
      cacheDir,
      signal: controller.signal,
      onProgress: abort,
    }).catch(() => {})
    const folder = join(cacheDir, 'datasets', 'small')
    const [part] = await readdir(folder)
    const bytes = await readFile(join(folder, part!))
    await writeFile(join(folder, part!), bytes.reverse())
    const { train } = await loadPublishedSet(from(mirror.url), { cacheDir })
    expect(train.count).toBe(40)
  })

  it('takes the next mirror when one serves something else or is missing a file', async () => {
    const cacheDir = await temporaryFolder()
    const wrong = { ...files, 'train-images.gz': Uint8Array.from(gzipSync(smallImages(41, 20, 20))) }
    const changed = await startMirror({ files: wrong })
    const empty = await startMirror({ files: {} })
    const good = await startMirror({ files })
    const { train } = await loadPublishedSet(from(changed.url, empty.url, good.url), { cacheDir })
    expect(train.count).toBe(40)
    expect(good.requests.map(({ file }) => file)).toEqual(['train-images.gz'])
  })

  it('takes the same content however a mirror compresses it', async () => {
    const plain = await startMirror({ files: contents })
    const { train } = await loadPublishedSet(from(plain.url), { cacheDir: await temporaryFolder() })
    expect(train.count).toBe(40)
  })

  it('is downloaded again when the cached file has been damaged', async () => {
    const cacheDir = await temporaryFolder()
    const mirror = await startMirror({ files })
    const { train } = await loadPublishedSet(from(mirror.url), { cacheDir })
    const path = join(cacheDir, 'datasets', 'small', 'train-images.gz')
    const bytes = await readFile(path)
    await writeFile(path, bytes.subarray(0, bytes.length - 9))
    expect((await loadPublishedSet(from(mirror.url), { cacheDir })).train.hash).toBe(train.hash)
    expect(mirror.requests).toHaveLength(5)
  })

  it('says for every mirror what went wrong, and the way without a network', async () => {
    const wrong = await startMirror({ files: { 'train-images.gz': Uint8Array.of(0x1f, 0x8b, 1, 2, 3) } })
    const empty = await startMirror({ files: {} })
    const set = from(wrong.url, empty.url, 'http://127.0.0.1:1/')
    const message = await failure(loadPublishedSet(set, { cacheDir: await temporaryFolder() }))
    const lines = message.split('\n')
    expect(lines[0]).toBe('train-images.gz could not be downloaded. Tried:')
    expect(lines[1]).toContain(`${wrong.url}train-images.gz: train-images.gz is a corrupt gzip file`)
    expect(lines[2]).toBe(`  ${empty.url}train-images.gz: the server answered 404 Not Found`)
    expect(lines[3]).toMatch(/^ {2}http:\/\/127\.0\.0\.1:1\/train-images\.gz: .*(ECONNREFUSED|bad port)/)
    expect(lines[4]).toBe(
      'Without a network, put train-images.gz, train-labels.gz, test-images.gz, test-labels.gz into a folder by hand and name it with --data-dir (option dataDir) or the environment variable SPARRING_DATA_DIR.',
    )
  })

  it('names the cache folder when it cannot be written', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'file'), '')
    const message = await failure(loadPublishedSet(small, { cacheDir: join(folder, 'file'), fetch: noFetch }))
    expect(message).toContain(
      `the cache folder ${join(folder, 'file', 'datasets', 'small')} cannot be written: `,
    )
    expect(message).toContain('XDG_CACHE_HOME')
  })
})

describe('a published set in a folder of the user', () => {
  const place = async (folder: string, placed: Record<string, Uint8Array>): Promise<void> => {
    await mkdir(folder, { recursive: true })
    for (const [name, bytes] of Object.entries(placed)) await writeFile(join(folder, name), bytes)
  }

  it('is read gzipped or not, in the folder or in one named after the set, without a network', async () => {
    const folder = await temporaryFolder()
    const { 'train-images.gz': images, ...others } = files
    await place(folder, { 'train-images': contents['train-images.gz'] })
    await place(join(folder, 'small'), others)
    expect(images).toBeDefined()
    const { train, test } = await loadPublishedSet(small, { dataDir: folder, fetch: noFetch })
    expect([train.count, test.count]).toEqual([40, 2])
  })

  it('is found through the environment variable', async () => {
    const folder = await temporaryFolder()
    await place(folder, files)
    vi.stubEnv('SPARRING_DATA_DIR', folder)
    expect((await loadPublishedSet(small, { fetch: noFetch })).train.count).toBe(40)
  })

  it('is refused with the file and the reason when it is missing, cut, corrupt or of another count', async () => {
    const folder = await temporaryFolder()
    const missing = join(folder, 'nowhere')
    expect(await failure(loadPublishedSet(small, { dataDir: missing }))).toBe(
      `the data folder ${missing} does not exist`,
    )
    expect(await failure(loadPublishedSet(small, { dataDir: folder }))).toBe(
      `the data folder ${folder} has no train-images.gz (nor the same without .gz). small expects train-images.gz, train-labels.gz, test-images.gz, test-labels.gz there.`,
    )
    const path = join(folder, 'train-images.gz')
    await place(folder, { ...files, 'train-images.gz': files['train-images.gz']!.subarray(0, 60) })
    expect(await failure(loadPublishedSet(small, { dataDir: folder }))).toContain(
      `${path} is a corrupt gzip file (unexpected end of file)`,
    )
    await place(folder, { 'train-images.gz': contents['train-images.gz'].subarray(0, 999) })
    expect(await failure(loadPublishedSet(small, { dataDir: folder }))).toBe(
      `${path} is truncated: shape [40, 20, 20] expects 16016 bytes, got 999`,
    )
    await place(folder, { 'train-images.gz': smallImages(39, 20, 20) })
    expect(await failure(loadPublishedSet(small, { dataDir: folder }))).toBe(
      `expected one label per image, got 39 images in ${path} and 40 labels in ${join(folder, 'train-labels.gz')}`,
    )
  })
})

describe('mnist', () => {
  unless(noRealMnist).it(
    'has the SHA-256 sums of the real files, which are read from their folder',
    async () => {
      const dataDir = realMnist()
      // Through the cache the sums are checked, so a folder served as a mirror checks them.
      const served = Object.fromEntries(
        await Promise.all(
          Object.values(mnist.files).map(
            async ({ name }) => [name, await readFile(join(dataDir, name))] as const,
          ),
        ),
      )
      const mirror = await startMirror({ files: served })
      const set = { ...mnist, mirrors: [mirror.url] }
      const { train, test } = await loadPublishedSet(set, { cacheDir: await temporaryFolder() })
      expect([train.count, test.count, train.height, train.width]).toEqual([60_000, 10_000, 28, 28])
      expect([...(train.labels ?? [])].slice(0, 8)).toEqual([5, 0, 4, 1, 9, 2, 1, 3])
      const direct = await loadData('mnist', { dataDir, fetch: noFetch })
      expect([direct.train.hash, direct.test?.hash]).toEqual([train.hash, test.hash])
    },
  )
})
