// Fine-tuning: features of a run's discriminator, encoder or own model under a layer of logits, its controls, resuming, and what is refused.
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { modelFile } from '../../src/audit/node/model-file.ts'
import { openClassifier } from '../../src/classifiers/index.ts'
import { continueRun, fineTuneRun, reportRun, startRun, verifyRun } from '../../src/lifecycle/index.ts'
import { openModelFile } from '../../src/lifecycle/own-code.ts'
import type { RunResult } from '../../src/measuring/events.ts'
import { openRun } from '../../src/runs/node/index.ts'
import { ConfigError, DataError } from '../../src/util/errors.ts'
import { command } from '../support/command.ts'
import { runContents } from '../support/run-contents.ts'
import { trainSmall } from '../support/small-runs.ts'

let root: string
const at = (name: string): string => join(root, name)
const useCache = (): void => void vi.stubEnv('XDG_CACHE_HOME', at('cache'))

const SETTINGS = {
  steps: 20,
  batchSize: 8,
  labels: 40,
  checkpointEvery: 8,
  validateEvery: 10,
  threads: 1,
  learningRate: 0.02,
}

/** Fine-tunes into a folder of its own. Returns its result; undefined where it was stopped before. */
async function tune(
  name: string,
  settings: Readonly<Record<string, unknown>> = {},
  { run = 'gan', data, stopAfter }: { run?: string; data?: string | string[]; stopAfter?: number } = {},
): Promise<RunResult> {
  const stop = new AbortController()
  const events = fineTuneRun({
    run: at(run),
    data,
    folder: at(name),
    settings: { ...SETTINGS, ...settings },
    command: ['sparring', 'finetune', at(run)],
    signal: stop.signal,
  })
  for await (const event of events) {
    if (event.type === 'checkpoint' && event.step === stopAfter) stop.abort()
    if (event.type === 'result') return event.result
  }
  throw new Error('it ended without a result')
}

const resume = async (name: string): Promise<void> => {
  for await (const _ of continueRun(at(name)));
}

/** Weights of the newest checkpoint by name. */
async function weightsOf(name: string): Promise<Record<string, number[]>> {
  const { tensors } = (await (await openRun(at(name))).latestCheckpoint())!
  return Object.fromEntries(Object.entries(tensors).map(([key, { data }]) => [key, Array.from(data, Number)]))
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sparring-fine-tune-'))
  useCache()
  await trainSmall(root, [
    { name: 'gan', model: 'dcgan-64', settings: { filters: 2, imageSize: '16', latentDim: 8 } },
  ])
})
beforeEach(useCache)
afterEach(() => vi.unstubAllEnvs())
afterAll(() => rm(root, { recursive: true }))

async function expectSame(name: string, other: string): Promise<void> {
  const [a, b] = [await runContents(at(name)), await runContents(at(other))]
  expect(Object.keys(b)).toEqual(Object.keys(a))
  for (const path of Object.keys(a)) expect(b[path] === a[path], path).toBe(true)
}

describe('fine-tuning a GAN', () => {
  it('keeps the features as they are where only the head learns, and begins with them where all learns', async () => {
    const result = await tune('head', { train: 'head' })
    await tune('all')
    const [gan, head, all] = [await weightsOf('gan'), await weightsOf('head'), await weightsOf('all')]
    const features = Object.keys(gan).filter((name) =>
      /^discriminator\/(conv2d|batch-normalization)/.test(name),
    )
    expect(features.length).toBeGreaterThan(10)
    const renamed = (name: string): string => name.replace('discriminator', 'classifier')
    for (const name of features) expect(head[renamed(name)], name).toEqual(gan[name])
    expect(features.filter((name) => String(all[renamed(name)]) === String(gan[name]))).toEqual([])
    // Twenty steps of Adam cannot go far.
    const far = Math.max(
      ...features.flatMap((name) =>
        name.endsWith('kernel') ? all[renamed(name)]!.map((x, i) => Math.abs(x - gan[name]![i]!)) : [],
      ),
    )
    expect(far).toBeLessThan(0.4)
    expect(Object.keys(head).filter((name) => name.startsWith('optimizer'))).toEqual(
      expect.arrayContaining([expect.stringContaining('classifier/logits/kernel')]),
    )
    expect(Object.keys(head).some((name) => name.startsWith('optimizer') && name.includes('conv2d'))).toBe(
      false,
    )

    const { classification, validation } = result
    expect(classification!.data.count).toBe(500)
    expect(classification!.classes).toHaveLength(10)
    expect(validation!.accuracy).toBeCloseTo(classification!.accuracy, 5)
  })

  it('leaves a run that says where it began, is whole, and can be audited and reported on', async () => {
    const { config } = await openRun(at('head'))
    expect(config.model).toBe('finetune-dcgan-64')
    expect(config.settings).toMatchObject({
      from: 'run',
      train: 'head',
      network: 'discriminator',
      layer: 'dense',
      labels: 40,
      draw: 1,
    })
    expect(config.data.count).toBe(40)
    expect(config.origin).toMatchObject({ run: at('gan'), step: 23, model: 'dcgan-64' })
    expect(config.networks.map(({ name, trainable }) => [name, trainable])).toEqual([['classifier', 170]])
    const found = await verifyRun(at('head'))
    expect(found.flaws).toEqual([])
    const { bytes, data } = await modelFile(at('head'))
    expect(data!.name).toBe('digits')
    expect(openClassifier(bytes).classes).toBe(10)
    expect((await reportRun(at('head'))).files['confusion-matrix']).toMatch(/confusion-matrix\.png$/)
  })

  it('ends with the same bytes when it was stopped, and when it was stopped before its first checkpoint', async () => {
    await tune('stopped', {}, { stopAfter: 8 })
    await resume('stopped')
    await expectSame('all', 'stopped')

    await mkdir(at('early'))
    for (const file of ['config.json', 'origin.safetensors'])
      await cp(join(at('all'), file), join(at('early'), file))
    await resume('early')
    await expectSame('all', 'early')

    await mkdir(at('bare'))
    await cp(join(at('all'), 'config.json'), join(at('bare'), 'config.json'))
    await expect(resume('bare')).rejects.toThrow(/origin\.safetensors in .* is missing/)
    await writeFile(join(at('bare'), 'origin.safetensors'), 'others')
    await expect(resume('bare')).rejects.toThrow(/is not the one that the run began with/)
  })

  it('has its controls: from scratch, random features that stay, and the pixels alone', async () => {
    const gan = await weightsOf('gan')
    await tune('scratch', { from: 'scratch' })
    await tune('random', { from: 'random' })
    await tune('pixels', { from: 'pixels' })
    const [scratch, random, pixels] = [
      await openRun(at('scratch')),
      await openRun(at('random')),
      await openRun(at('pixels')),
    ]
    const all = await openRun(at('all'))
    expect(scratch.config.networks).toEqual(all.config.networks)
    expect(scratch.config.origin!.weights).toBeUndefined()
    expect(random.config.settings).toMatchObject({ from: 'random', train: 'head' })
    expect(random.config.networks[0]!.trainable).toBe(170)
    expect(pixels.config.networks[0]!.total).toBe(2570)
    expect(pixels.config.settings.layer).toBeUndefined()
    const kernel = 'classifier/conv2d/kernel'
    const drawn = (await weightsOf('random'))[kernel]!
    expect(drawn).not.toEqual(gan['discriminator/conv2d/kernel'])
    await tune('random-again', { from: 'random', steps: 1 })
    expect((await weightsOf('random-again'))[kernel]).toEqual(drawn)
    const { flaws } = await verifyRun(at('pixels'))
    expect(flaws).toEqual([])
  })

  it('takes the features before another layer', async () => {
    await tune('early-layer', { layer: 'conv2d-1', steps: 2 })
    expect((await openRun(at('early-layer'))).config.networks[0]!.layers.map(({ name }) => name)).toEqual([
      'rescaling',
      'conv2d',
      'leaky-re-lu',
      'flatten',
      'logits',
    ])
  })
})

describe('fine-tuning other runs', () => {
  it('takes the features of a VAE from before its heads', async () => {
    await trainSmall(root, [{ name: 'vae', model: 'vae-shallow' }])
    const { classification } = await tune('of-vae', { train: 'head', steps: 60 }, { run: 'vae' })
    const { config } = await openRun(at('of-vae'))
    expect(config.settings).toMatchObject({ network: 'encoder', layer: 'z-log-var' })
    expect(config.networks[0]!.layers.map(({ name }) => name)).not.toContain('z-mean')
    expect(classification!.accuracy).toBeGreaterThan(0.3)
  })

  it("takes those of a model of one's own, and goes on with it", async () => {
    const { model, code } = await openModelFile('examples/my-gan.mjs')
    const events = startRun({
      model,
      code,
      data: 'digits',
      dataOptions: { count: 3000 },
      folder: at('own'),
      command: ['sparring', 'train'],
      settings: { steps: 4, batchSize: 8, units: 4, sampleEvery: 0, threads: 1 },
    })
    for await (const _ of events);
    await tune('of-own', {}, { run: 'own' })
    await tune('of-own-stopped', {}, { run: 'own', stopAfter: 8 })
    await resume('of-own-stopped')
    await expectSame('of-own', 'of-own-stopped')
    const { config } = await openRun(at('of-own'))
    expect(config.origin!.code!.file).toBe(resolve('examples/my-gan.mjs'))
  })

  it('cannot take features that depend on the label, nor build upon what is fine-tuned', async () => {
    await trainSmall(root, [
      { name: 'told', model: 'conditional-gan', settings: { steps: 2, sampleEvery: 0 } },
    ])
    const told = tune('of-told', {}, { run: 'told' })
    await expect(told).rejects.toThrow(ConfigError)
    await expect(told).rejects.toThrow(
      /what goes into "dense-2" of the network "discriminator" depends on images and label, and features must depend on an image \[28, 28, 1\] alone; name another --layer \(embedding, flatten/,
    )
    // Its pixels need no features.
    await tune('told-pixels', { from: 'pixels', steps: 1 }, { run: 'told' })
    await expect(tune('twice', {}, { run: 'head' })).rejects.toThrow(/is itself built upon the run .*gan/)
  })

  it('says what is wrong with its settings before it begins', async () => {
    const refused = (settings: object, message: RegExp, type: unknown = ConfigError) =>
      Promise.all([
        expect(tune('refused', settings as never)).rejects.toThrow(message),
        expect(tune('refused', settings as never)).rejects.toBeInstanceOf(type),
      ])
    await refused({ from: 'random', train: 'all' }, /--train all does not go with --from random/)
    await refused({ from: 'pixels', layer: 'dense' }, /--from pixels takes no features/)
    await refused({ layer: 'dens' }, /no layer "dens"; did you mean "dense"\?/)
    await refused({ network: 'critic' }, /dcgan-64 has no network "critic".* It has generator, discriminator/)
    await refused({ labels: 9 }, /--labels 9: expected at least one example of each of the 10 classes/)
    await refused({ labels: undefined, draw: 2 }, /--draw 2 is for --labels/)
    await refused(
      { labels: 20_000 },
      /class "\w" of "digits" has \d+ examples, expected at least 2000/,
      DataError,
    )
    await refused({ imageSize: '32' }, /learned images \[16, 16, 1\], the data has \[32, 32, 1\]/)
    await expect(
      tune('refused', { labels: undefined }, { data: (await unlabelled()) as string }),
    ).rejects.toThrow(/has none; use digits, mnist/)
  })
})

/** A folder of images without labels. */
async function unlabelled(): Promise<string> {
  const { samplesPng } = await import('../../src/lifecycle/index.ts')
  await mkdir(at('loose'))
  const png = await samplesPng({ values: new Float32Array(256).fill(0.5), count: 1, shape: [16, 16, 1] })
  await writeFile(join(at('loose'), 'a.png'), png)
  return at('loose')
}

describe('sparring finetune', () => {
  it('trains, tells the accuracy with its interval, and records how to do it again', async () => {
    const flags = [
      '--labels',
      '20',
      '--steps',
      '4',
      '--batch-size',
      '8',
      '--threads',
      '1',
      '--out',
      at('cli'),
    ]
    const found = await command('finetune', at('gan'), ...flags, '--json', '--quiet')
    expect(found.text).toMatch(/^\{/)
    expect(found.code).toBe(0)
    const { accuracy, classification } = JSON.parse(found.text)
    expect(accuracy.n).toBe(500)
    expect(accuracy.share).toBeCloseTo(classification.accuracy, 9)
    expect(accuracy.low).toBeLessThan(accuracy.share)
    expect(accuracy.high).toBeGreaterThan(accuracy.share)
    const { command: again } = JSON.parse(await readFile(join(at('cli'), 'config.json'), 'utf8'))
    expect(again.slice(0, 3)).toEqual(['sparring', 'finetune', at('gan')])
    expect(again.join(' ')).toContain('--labels 20')
    expect(again.join(' ')).not.toContain('--out')
    const lonely = await command('finetune', at('gan'), '--count', '50')
    expect(lonely.code).not.toBe(0)
    expect(lonely.text).toMatch(/--count is for a set that is named by --data/)
  })
})
