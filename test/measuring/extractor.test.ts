// The extractor of a few hundred digits: what it reads, and when it is trained again.
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDataset, type Dataset } from '../../src/data/index.ts'
import { loadData } from '../../src/data/node/index.ts'
import { type Extractor, openExtractor } from '../../src/measuring/extractor.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { DataError, ShapeError } from '../../src/util/errors.ts'

const settings = { steps: 30, batchSize: 32 }
let engine: Engine
let cacheDir: string
let splits: { train: Dataset; test: Dataset }
let extractor: Extractor
let trained = 0

/** Opens one and counts the steps that were made for it. */
const open = async (given = splits, more: Parameters<typeof openExtractor>[2] = {}): Promise<Extractor> => {
  trained = 0
  const onProgress = ({ step }: { step: number }) => {
    trained = step + 1
  }
  return openExtractor(engine, given, { cacheDir, settings, onProgress, ...more })
}

/** The part of a data set from image `first` on. */
const part = ({ images, labels, ...rest }: Dataset, first: number, count: number): Promise<Dataset> =>
  createDataset({
    ...rest,
    count,
    images: images.slice(784 * first, 784 * (first + count)),
    ...(labels ? { labels: labels.slice(first, first + count) } : {}),
  })

beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
  cacheDir = await mkdtemp(join(tmpdir(), 'sparring-extractor-'))
  const { train, test } = await loadData('digits', { options: { count: 480 } })
  splits = { train, test: test! }
  extractor = await open()
})
afterAll(async () => {
  await extractor.close()
  await engine.close()
  await rm(cacheDir, { recursive: true })
})

describe('an extractor', () => {
  it('is trained once and kept, with the hash of its file and its accuracy on the test part', async () => {
    expect(trained).toBe(30)
    const { record, classes } = extractor
    expect(classes).toEqual(splits.train.classes)
    expect(record).toMatchObject({ name: 'classifier', testCount: 80, features: 128 })
    expect(record.accuracy).toBeGreaterThan(0.4)
    const files = await readdir(join(cacheDir, 'extractors'))
    expect(files.sort().map((file) => file.replace(/^[0-9a-f]{32}(-[0-9a-f]{16})?/, 'key'))).toEqual([
      'key.onnx',
      'key.json',
    ])
    const bytes = await readFile(join(cacheDir, 'extractors', files.find((file) => file.endsWith('.onnx'))!))
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(record.hash)

    const again = await open()
    expect(trained).toBe(0)
    expect(again.record).toEqual(record)
    await again.close()
  })

  it('gives features and probabilities that agree with the accuracy', async () => {
    const { features, probabilities } = await extractor.read(splits.test.images)
    expect([features.shape, probabilities.shape]).toEqual([
      [80, 128],
      [80, 10],
    ])
    expect(features.data.every((x) => x >= 0)).toBe(true)
    let right = 0
    for (let i = 0; i < 80; i++) {
      const row = Array.from(probabilities.data.subarray(10 * i, 10 * i + 10))
      expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5)
      if (row.indexOf(Math.max(...row)) === splits.test.labels![i]) right++
    }
    expect(right / 80).toBe(extractor.record.accuracy)
  })

  it('gives the same bits for bytes and numbers, one image and more than a batch', async () => {
    const bytes = splits.train.images.subarray(0, 784 * 260)
    const all = (await extractor.read(bytes)).features.data
    expect((await extractor.read(Float32Array.from(bytes, (byte) => byte / 255))).features.data).toEqual(all)
    expect((await extractor.read(bytes.subarray(0, 784))).features.data).toEqual(all.subarray(0, 128))
    const last = await extractor.read(bytes.subarray(784 * 250))
    expect(last.features.data).toEqual(all.subarray(128 * 250))
  })

  it('refuses images of another shape, and none', async () => {
    await expect(extractor.read(new Uint8Array(28 * 27))).rejects.toThrow(ShapeError)
    await expect(extractor.read(new Uint8Array(0))).rejects.toThrow(
      'expected images of [28, 28, 1] (height, width, channels), 784 numbers each, got 0 numbers',
    )
  })

  it('is trained again after its file or its record was damaged, to the same bits', async () => {
    for (const ending of ['.onnx', '.json']) {
      const files = await readdir(join(cacheDir, 'extractors'))
      const file = join(cacheDir, 'extractors', files.find((name) => name.endsWith(ending))!)
      const bytes = await readFile(file)
      bytes[bytes.length >> 1]! ^= 255
      await writeFile(file, bytes)
      const again = await open()
      expect(trained, ending).toBe(30)
      expect(again.record).toEqual(extractor.record)
      await again.close()
    }
  })

  it('is another for other training data or settings, but not for another test part', async () => {
    const test = await part(splits.test, 0, 40)
    const measured = await open({ train: splits.train, test })
    expect(trained).toBe(0)
    expect(measured.record).toMatchObject({ hash: extractor.record.hash, testCount: 40 })
    await measured.close()
    const other = await open({ ...splits, train: await part(splits.train, 0, 470) })
    expect(trained).toBe(30)
    expect(other.record.hash).not.toBe(extractor.record.hash)
    await other.close()
    const shorter = await open(splits, { settings: { ...settings, steps: 3 } })
    expect(trained).toBe(3)
    await shorter.close()
  })

  it('is whole when two make it at once', async () => {
    const more = { settings: { ...settings, steps: 5 } }
    const both = await Promise.all([open(splits, more), open(splits, more)])
    expect(both[0].record).toEqual(both[1].record)
    const third = await open(splits, more)
    expect(trained).toBe(0)
    for (const one of [...both, third]) await one.close()
  })

  it('leaves nothing behind when it is stopped', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(open(splits, { settings: { ...settings, steps: 4 }, signal })).rejects.toThrow('enough')
    const after = await open(splits, { settings: { ...settings, steps: 4 } })
    expect(trained).toBe(4)
    await after.close()
  })

  describe('whose training is interrupted', () => {
    const NAME = /-unfinished\.safetensors$/
    /** A cache of its own, in which the training was stopped after a few steps. */
    async function interrupted() {
      const own = await mkdtemp(join(cacheDir, 'interrupted-'))
      const stop = new AbortController()
      let seen = -1
      const onProgress = ({ step }: { step: number }) => {
        seen = step
        stop.abort(new Error('enough'))
      }
      await expect(open(splits, { cacheDir: own, signal: stop.signal, onProgress })).rejects.toThrow('enough')
      expect(seen).toBeLessThan(settings.steps - 1)
      const files = () => readdir(join(own, 'extractors'))
      expect((await files()).filter((file) => NAME.test(file))).toHaveLength(1)
      return { own, seen, files }
    }
    /** Opens it again: the first step that was made, and what is there. */
    async function opened(own: string) {
      let first: number | undefined
      const onProgress = ({ step }: { step: number }) => {
        first ??= step
      }
      const again = await open(splits, { cacheDir: own, onProgress })
      await again.close()
      expect(again.record).toEqual(extractor.record)
      return first!
    }

    it('goes on where it was, to the same bytes, and leaves nothing but what it was made for', async () => {
      const { own, seen, files } = await interrupted()
      expect(await opened(own)).toBeGreaterThan(seen)
      const left = await files()
      expect(left.map((file) => file.split('.').at(-1)).sort()).toEqual(['json', 'onnx'])
      const file = left.find((name) => name.endsWith('.onnx'))!
      const [one, other] = await Promise.all(
        [own, cacheDir].map((folder) => readFile(join(folder, 'extractors', file))),
      )
      expect(one!.equals(other!)).toBe(true)
    })

    it('begins anew where what was kept is damaged, to the same bytes', async () => {
      const { own, seen, files } = await interrupted()
      const file = join(own, 'extractors', (await files()).find((name) => NAME.test(name))!)
      const bytes = await readFile(file)
      bytes[bytes.length >> 1]! ^= 1
      await writeFile(file, bytes)
      expect(await opened(own)).toBeLessThanOrEqual(seen)
    })
  })

  it('asks for labels and for a test part', async () => {
    const { labels: _, ...unlabelled } = splits.train
    const train = await createDataset({ ...unlabelled, classes: [] })
    await expect(open({ ...splits, train })).rejects.toThrow(/the data "digits" has none; use digits, mnist/)
    const alone = open({ train: splits.train } as typeof splits)
    await expect(alone).rejects.toThrow(DataError)
    await expect(alone).rejects.toThrow('the data "digits" has no test part')
  })
})
