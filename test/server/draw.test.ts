// What a drawing asks of the server: networks that can look at it, real images, the nearest ones.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DataSplits, loadData } from '../../src/data/node/index.ts'
import { startRun } from '../../src/lifecycle/index.ts'
import { openExtractorCache } from '../../src/measuring/extractor-cache.ts'
import { extractorPlan, trainExtractor } from '../../src/measuring/extractor-training.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import type {
  Companions,
  ExampleImage,
  FeatureMap,
  FeaturePlace,
  MapImages,
  NearestImages,
  Refusal,
} from '../../src/server/protocol.ts'
import { copyRun, type TestStudio, testStudio } from '../studio/studio.ts'
import { SMALL_COUNT, trainSmall } from '../support/small-runs.ts'

let studio: TestStudio
let cache: string
/** Drawing it takes seconds: once is enough. */
let digits: DataSplits
const cacheBefore = process.env.XDG_CACHE_HOME

const ask = (path: string, init: RequestInit = {}): Promise<Response> => studio.ask(`/api/runs/${path}`, init)
const json = async <T>(path: string): Promise<T> => (await ask(path)).json() as Promise<T>
const post = (path: string, body: string, token = studio.token): Promise<Response> =>
  ask(path, { method: 'POST', body, headers: { 'x-sparring-token': token } })
const refusal = async (response: Response): Promise<string> => ((await response.json()) as Refusal).error
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'sparring-cache-'))
  process.env.XDG_CACHE_HOME = cache
  studio = await testStudio(async (folder) => {
    await trainSmall(folder, [
      { model: 'mlp-gan', name: 'gan' },
      { model: 'vae', name: 'coder' },
    ])
    await copyRun(folder, 'gan', 'gan-copy')
    const points = startRun({
      model: 'mlp-points',
      data: 'ring',
      folder: join(folder, 'points'),
      settings: { steps: 2, batchSize: 4, sampleEvery: 0, checkpointEvery: 0, threads: 1 },
      command: ['sparring', 'train', 'mlp-points'],
    })
    for await (const _ of points);
  })
  digits = await loadData('digits', { options: { count: SMALL_COUNT } })
}, 300_000)
afterAll(async () => {
  if (cacheBefore === undefined) delete process.env.XDG_CACHE_HOME
  else process.env.XDG_CACHE_HOME = cacheBefore
  await studio?.dispose()
  await rm(cache, { recursive: true, force: true })
})

describe('companions', () => {
  it('are the networks of the run first, then those of other runs on the same data', async () => {
    const found = await json<Companions>('gan-copy/companions')
    expect(found.shape).toEqual([28, 28, 1])
    expect(found.classes).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
    expect(found.critic.map(({ source, run, step }) => [source, run, step])).toEqual([
      ['own', 'gan-copy', 23],
      ['run', 'gan', 23],
    ])
    expect(found.critic[0]!.networks).toEqual([
      {
        name: 'discriminator',
        inputs: [{ name: 'images', shape: [28, 28, 1] }],
        outputs: [{ name: 'probability', shape: [1] }],
      },
    ])
    expect(found.autoencoder).toMatchObject([
      { source: 'run', run: 'coder', latentDim: 2, networks: [{ name: 'encoder' }, { name: 'decoder' }] },
    ])
    expect(found.classifier).toEqual([])
  })

  it('have the classifier of the measures among them once it is in the cache, and only then', async () => {
    const missing = await ask('gan/extractor.onnx')
    expect(missing.status).toBe(409)
    expect(await refusal(missing)).toContain('sparring evaluate')
    const { train, test } = digits
    const engine = await nodeEngine({ threads: 1 })
    const plan = extractorPlan(train)
    const { bytes, hash } = await trainExtractor(engine, train, { ...plan, steps: 3, batchSize: 16 }, {})
    await openExtractorCache(plan.key).write(bytes, {
      record: { name: 'classifier', hash, accuracy: 0.25, testCount: test!.count, features: 128 },
      testHash: test!.hash,
      classes: [...train.classes],
    })
    const { classifier } = await json<Companions>('gan/companions')
    expect(classifier).toMatchObject([{ source: 'extractor', accuracy: 0.25, gives: 'probabilities' }])
    const served = new Uint8Array(await (await ask('gan/extractor.onnx')).arrayBuffer())
    expect(base64(served)).toBe(base64(bytes))
    const model = await engine.load(served)
    const { networks } = classifier[0]!
    const made = await model.run({
      [networks[0]!.inputs[0]!.name]: { data: new Float32Array(784), shape: [1, 28, 28, 1] },
    })
    expect(made[networks[0]!.outputs[0]!.name]!.shape).toEqual([1, 10])
    await model.close()
    await engine.close()
  })

  it('of a run that is not there are refused', async () => {
    const response = await ask('nobody/companions')
    expect(response.status).toBe(404)
    expect(await refusal(response)).toBe('there is no run "nobody" in this folder')
  })
})

describe('an example', () => {
  it('is a held-out image that its seed chooses', async () => {
    const [first, again, other] = await Promise.all(
      [1, 1, 2].map((seed) => json<ExampleImage>(`gan/example?seed=${seed}`)),
    )
    expect(again).toEqual(first)
    expect(other!.index).not.toBe(first!.index)
    const { test } = digits
    const at = first!.index * 784
    expect(first!.heldOut).toBe(true)
    expect(first!.pixels).toBe(base64(test!.images.subarray(at, at + 784)))
    expect(first!.label).toBe(test!.classes[test!.labels![first!.index]!])
  })

  it.each(['', '?seed=', '?seed=-1', '?seed=1e3', '?seed=99999999999999999999'])(
    'of the query "%s" is refused',
    async (query) => {
      const response = await ask(`gan/example${query}`)
      expect(response.status).toBe(400)
      expect(await refusal(response)).toContain('"seed" must be a whole number')
    },
  )
})

describe('a map of features', () => {
  const imageOf = (map: FeatureMap, place: number): Uint8Array =>
    digits.test!.images.subarray(map.indices[place]! * 784, (map.indices[place]! + 1) * 784)
  const place = (run: string, pixels: Uint8Array): Promise<Response> =>
    post(`${run}/map`, JSON.stringify({ pixels: base64(pixels) }))

  it('has held-out images with their labels, places and neighbours, and is told once', async () => {
    const { test } = digits
    const map = await json<FeatureMap>('gan/map')
    expect(map).toMatchObject({ step: 23, network: 'discriminator', heldOut: true, k: 15 })
    const count = Math.min(800, test!.count)
    expect(map.indices.length).toBe(count)
    expect(new Set(map.indices).size).toBe(count)
    expect(map.labels).toEqual(map.indices.map((index) => test!.labels![index]!))
    expect(map.classes).toEqual(test!.classes)
    expect(map.plane.length).toBe(2 * count)
    expect(map.plane.reduce((sum, x) => sum + x, 0) / count).toBeCloseTo(0, 3)
    expect(map.share).toBeGreaterThan(0)
    expect(map.share).toBeLessThanOrEqual(1)
    for (let i = 0; i < count; i++) {
      const own = map.neighbours.slice(i * 15, (i + 1) * 15)
      expect(new Set([i, ...own]).size).toBe(16)
      const cosines = map.cosines.slice(i * 15, (i + 1) * 15)
      expect(cosines).toEqual([...cosines].sort((a, b) => b - a))
    }
    expect(await json('gan/map?known=23')).toBeNull()
    expect(await json<FeatureMap>('gan/map?known=16')).toEqual(map)
  })

  it('says where an image lies: one of its own where it is, with the neighbours that it has', async () => {
    const map = await json<FeatureMap>('coder/map')
    expect(map.network).toBe('encoder')
    const found = (await (await place('coder', imageOf(map, 7))).json()) as FeaturePlace
    expect(found.step).toBe(map.step)
    for (const axis of [0, 1] as const) expect(found.plane[axis]).toBeCloseTo(map.plane[14 + axis]!, 4)
    expect(found.neighbours[0]).toBe(7)
    expect(found.cosines[0]).toBeCloseTo(1, 5)
    const others = map.cosines.slice(7 * 15, 7 * 15 + 14)
    others.forEach((cosine, j) => {
      expect(found.cosines[j + 1]).toBeCloseTo(cosine, 5)
    })
    const { images } = await json<MapImages>(`coder/map/images?at=7,${found.neighbours[1]}`)
    expect(images[0]).toEqual({
      index: map.indices[7],
      label: map.classes[map.labels[7]!],
      pixels: base64(imageOf(map, 7)),
    })
    expect(images[1]!.index).toBe(map.indices[found.neighbours[1]!])
  })

  it.each<[string, string, string]>([
    ['no places', 'map/images', '"at" must be at most 32 whole numbers'],
    ['a place that is no number', 'map/images?at=1,x', 'got "1,x"'],
    ['too many places', `map/images?at=${'1,'.repeat(32)}1`, 'at most 32'],
    ['a place that there is not', 'map/images?at=99999', 'below '],
  ])('refuses %s', async (_, path, words) => {
    const response = await ask(`gan/${path}`)
    expect(response.status).toBe(400)
    expect(await refusal(response)).toContain(words)
  })

  it('is refused plainly for other images, without a checkpoint, and where nothing has features', async () => {
    const small = await place('gan', new Uint8Array(7))
    expect([small.status, await refusal(small)]).toEqual([400, expect.stringContaining('got 7 bytes')])
    await copyRun(studio.folder, 'gan', 'young')
    await rm(join(studio.folder, 'young/checkpoints'), { recursive: true })
    const young = await ask('young/map')
    expect([young.status, await refusal(young)]).toEqual([
      409,
      expect.stringContaining('has no checkpoint yet'),
    ])
    const points = await ask('points/map')
    expect([points.status, await refusal(points)]).toEqual([
      400,
      expect.stringContaining('there are no features to make a map of'),
    ])
  })
})

describe('the nearest training images', () => {
  it('of a training image begin with itself, and are those of a plain search', async () => {
    const { train } = digits
    const wanted = train.images.slice(41 * 784, 42 * 784)
    wanted[300] = 255 - wanted[300]!
    const response = await post('gan/nearest', JSON.stringify({ pixels: base64(wanted) }))
    const { images, count, milliseconds } = (await response.json()) as NearestImages
    expect(count).toBe(SMALL_COUNT)
    expect(milliseconds).toBeGreaterThan(0)
    const distances = Array.from({ length: train.count }, (_, index) => {
      let sum = 0
      for (let i = 0; i < 784; i++) sum += ((train.images[index * 784 + i]! - wanted[i]!) / 255) ** 2
      return { index, distance: Math.sqrt(sum) }
    }).sort((a, b) => a.distance - b.distance)
    expect(images.map(({ index }) => index)).toEqual(distances.slice(0, 6).map(({ index }) => index))
    images.forEach(({ distance }, i) => {
      expect(distance).toBeCloseTo(distances[i]!.distance, 9)
    })
    expect(images[0]).toMatchObject({
      index: 41,
      label: train.classes[train.labels![41]!],
      pixels: base64(train.images.subarray(41 * 784, 42 * 784)),
    })
  })

  const white = base64(new Uint8Array(784).fill(255))
  it.each<[string, string, number, string]>([
    ['too few bytes', JSON.stringify({ pixels: base64(new Uint8Array(783)) }), 400, 'got 783 bytes'],
    ['too many bytes', JSON.stringify({ pixels: base64(new Uint8Array(785)) }), 400, 'got 785 bytes'],
    ['no pixels', '{}', 400, 'pixels'],
    ['numbers', JSON.stringify({ pixels: [1, 2, 3] }), 400, 'pixels'],
    ['what is not base64', JSON.stringify({ pixels: '<svg>' }), 400, 'pixels'],
    ['what is not JSON', 'pixels=1', 400, 'expected a body of JSON'],
  ])('of %s are refused', async (_, body, status, words) => {
    const response = await post('gan/nearest', body)
    expect(response.status).toBe(status)
    expect(await refusal(response)).toContain(words)
  })

  it('are refused without the token, and of a run that is not there', async () => {
    const body = JSON.stringify({ pixels: white })
    expect((await post('gan/nearest', body, 'guess')).status).toBe(401)
    const bare = await fetch(`http://127.0.0.1:${studio.port}/api/runs/gan/nearest`, { method: 'POST', body })
    expect(bare.status).toBe(401)
    expect((await post('nobody/nearest', body)).status).toBe(404)
    expect((await post('%2e%2e%2fgan/nearest', body)).status).toBe(404)
  })

  // Last: the connection of a body that was not read is closed.
  it('of a body of a megabyte are refused', async () => {
    const response = await post('gan/nearest', JSON.stringify({ pixels: 'A'.repeat(2 ** 20) }))
    expect(response.status).toBe(413)
    expect(await refusal(response)).toContain('too large')
  })
})
