// Data sets of generated images: labels, marks, manifest, reading back, the same bytes, and what is refused.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sha256 } from '../../src/data/dataset.ts'
import { loadFolder } from '../../src/data/node/index.ts'
import { manifestSchema } from '../../src/lifecycle/generated-set.ts'
import {
  type AugmentRequest,
  augmentRun,
  continueRun,
  fineTuneRun,
  startRun,
} from '../../src/lifecycle/index.ts'
import { openLabeller } from '../../src/lifecycle/labeller.ts'
import { networkBytes } from '../../src/lifecycle/networks.ts'
import { checkPng } from '../../src/report/node/check-png.ts'
import { openRun } from '../../src/runs/node/index.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { ConfigError, DataError } from '../../src/util/errors.ts'
import { command } from '../support/command.ts'
import { runContents } from '../support/run-contents.ts'
import { trainSmall } from '../support/small-runs.ts'
import { unless } from '../support/unless.ts'

const noExiftool = spawnSync('exiftool', ['-ver']).status !== 0 && 'exiftool is not installed'

let root: string
const at = (name: string): string => join(root, name)

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sparring-augment-'))
  const small = { imageSize: '16', latentDim: 8, sampleEvery: 0 }
  await trainSmall(root, [
    { name: 'told', model: 'conditional-dcgan', settings: { ...small, filters: 2, steps: 2 } },
    { name: 'untold', model: 'dcgan-64', settings: { ...small, filters: 1 } },
  ])
  const events = fineTuneRun({
    run: at('untold'),
    folder: at('classifier'),
    command: ['sparring', 'finetune'],
    settings: { from: 'pixels', labels: 100, steps: 100, validateEvery: 0, threads: 1, learningRate: 0.05 },
  })
  for await (const _ of events);
}, 120_000)
afterAll(() => rm(root, { recursive: true }))

async function make(out: string, request: Partial<AugmentRequest> = {}) {
  const told: string[] = []
  for await (const event of augmentRun({
    run: at('told'),
    count: 25,
    seed: 3,
    out: at(out),
    command: ['sparring', 'augment'],
    ...request,
  })) {
    told.push(event.type)
    if (event.type === 'result') return { ...event.result, told }
  }
  throw new Error('it ended without a result')
}

/** Everything in a folder, by path. */
async function contents(folder: string): Promise<Record<string, string>> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  )
  const read = files.map(async ({ parentPath, name }) => {
    const path = join(parentPath, name)
    return [path.slice(folder.length), await readFile(path, 'base64')] as const
  })
  return Object.fromEntries((await Promise.all(read)).sort())
}

describe('a set of a generator that is told the class', () => {
  it('has equally many of each class, and reads back as the manifest says', async () => {
    const { folder, manifest, told } = await make('png')
    expect(told).toContain('generated')
    expect(manifestSchema.parse(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')))).toEqual(
      manifest,
    )
    expect(manifest.labels).toBe('asked')
    expect(manifest.classes.map(({ count }) => count)).toEqual([3, 3, 3, 3, 3, 2, 2, 2, 2, 2])
    const { train } = await loadFolder(folder)
    expect(train.hash).toBe(manifest.hash)
    expect([train.count, train.height, train.width, train.channels]).toEqual([25, 16, 16, 1])
    expect(train.classes).toEqual(manifest.classes.map(({ name }) => name))
  })

  it('marks every PNG file as generated, with the hash of its generator and its seed', async () => {
    const { manifest } = await make('marked')
    const run = await openRun(at('told'))
    expect(manifest.generator.sha256).toBe(await sha256(await networkBytes(run, 'generator')))
    const files = Object.entries(await contents(at('marked'))).filter(([path]) => path.endsWith('.png'))
    expect(files).toHaveLength(25)
    for (const [path, base64] of files) {
      const bytes = Buffer.from(base64, 'base64')
      expect(checkPng(bytes)).toBeUndefined()
      const text = bytes.toString('latin1')
      expect(text).toContain('XML:com.adobe.xmp')
      expect(text).toContain('digitalsourcetype/trainedAlgorithmicMedia')
      expect(text).toContain(`model=${manifest.generator.sha256}; seed=3; class=${path.split(/[\\/]/)[1]}`)
      // Readers that stop at the pixels have seen it.
      expect(text.indexOf('sparring')).toBeLessThan(text.indexOf('IDAT'))
    }
  })

  unless(noExiftool).it('has marks that exiftool reads without a warning', async () => {
    const { manifest } = await make('read')
    const [first] = Object.keys(await contents(at('read'))).filter((path) => path.endsWith('.png'))
    const told = execFileSync('exiftool', ['-json', '-G1', join(at('read'), first!)], { encoding: 'utf8' })
    const [facts] = JSON.parse(told) as Record<string, string>[]
    expect(facts).toMatchObject({
      'XMP-iptcExt:DigitalSourceType': expect.stringMatching(/trained ?Algorithmic ?Media/i),
      'PNG:Sparring': expect.stringContaining(`model=${manifest.generator.sha256}; seed=3`),
    })
    expect(Object.keys(facts!).filter((name) => /Warning|Error/.test(name))).toEqual([])
  })

  it('is the same to the byte every time, another with another seed, and the same images as IDX files', async () => {
    await make('again')
    const strip = (files: Record<string, string>) => ({ ...files })
    expect(strip(await contents(at('again')))).toEqual(strip(await contents(at('png'))))
    const { manifest: other } = await make('other', { seed: 4 })
    const { manifest, folder } = await make('idx', { format: 'idx' })
    const { train } = await loadFolder(folder)
    expect(train.hash).toBe(manifest.hash)
    // One class after the other, as they were asked for: the very order of the folders.
    expect(train.hash).toBe((await loadFolder(at('png'))).train.hash)
    expect(other.hash).not.toBe(manifest.hash)
  })

  it('can be of one class alone, and says so when what is asked for does not come', async () => {
    const { manifest } = await make('sevens', { class: '7', count: 4 })
    expect(manifest.classes).toEqual([{ name: '7', count: 4 }])
    await expect(make('never', { classifier: at('classifier'), confident: 1 })).rejects.toThrow(
      /of 2000 images that the run made only 0 of class "0" could be kept: the classifier gives others a probability below 1/,
    )
    expect(existsSync(at('never'))).toBe(false)
  })
})

describe('a set of a generator that is not told the class', () => {
  it('is named by a classifier, a run or its ONNX file', async () => {
    const request = { run: at('untold'), count: 30 }
    const { manifest } = await make('named', { ...request, classifier: at('classifier') })
    expect(manifest.labels).toBe('classifier')
    expect(manifest.classes.reduce((sum, { count }) => sum + count, 0)).toBe(30)
    expect((await loadFolder(at('named'))).train.hash).toBe(manifest.hash)
    const file = join(at('classifier'), 'classifier.onnx')
    const same = await make('named-by-file', { ...request, classifier: file })
    expect(same.manifest.hash).toBe(manifest.hash)
    expect(same.manifest.classifier!.sha256).toBe(manifest.classifier!.sha256)
  })

  it('can leave out what the classifier is not sure of', async () => {
    const request = { run: at('untold'), classifier: at('classifier'), count: 30 }
    const engine = await nodeEngine({ threads: 1 })
    const labeller = await openLabeller(engine, at('classifier'), [16, 16, 1], undefined)
    try {
      const surest = async (name: string): Promise<number[]> => {
        const { train } = await loadFolder(at(name))
        const probabilities = await labeller.read(train.images)
        return Array.from({ length: 30 }, (_, i) => {
          const row = probabilities.subarray(10 * i, 10 * (i + 1))
          // Named as the folder is in which it lies.
          expect(String(row.indexOf(Math.max(...row)))).toBe(train.classes[train.labels![i]!])
          return Math.max(...row)
        })
      }
      await make('any', request)
      const all = (await surest('any')).sort((a, b) => a - b)
      const confident = all[15]! // So that about half of what is made stays.
      const { manifest } = await make('sure', { ...request, confident })
      expect(Math.min(...(await surest('sure')))).toBeGreaterThanOrEqual(confident)
      expect(manifest).toMatchObject({ confident, count: 30 })
      expect(manifest.drawn).toBeGreaterThan(30)
    } finally {
      await labeller.close()
      await engine.close()
    }
  })

  it('may have no labels', async () => {
    const { manifest } = await make('bare', { run: at('untold'), classifier: 'none', count: 3 })
    expect(manifest.classes).toEqual([])
    const { train } = await loadFolder(at('bare'))
    expect([train.hash, train.labels]).toEqual([manifest.hash, undefined])
  })
})

describe('what is refused', () => {
  const refused = async (request: Partial<AugmentRequest>, message: RegExp, kind: unknown = ConfigError) => {
    await expect(make('refused', request)).rejects.toThrow(message)
    await expect(make('refused', request)).rejects.toBeInstanceOf(kind)
    expect(existsSync(at('refused'))).toBe(false)
  }

  it('is a class that is not there, a model that makes no images, and confidence without a classifier', async () => {
    await refused({ class: 'eleven' }, /--class: there is no class "eleven"\. There are 0, 1/)
    await refused({ run: at('classifier') }, /"finetune-dcgan-64" makes no images/)
    await refused({ confident: 0.9 }, /--confident needs a classifier/)
    await refused({ classifier: at('nowhere') }, /there is no file and no run/)
    await refused({ classifier: at('untold') }, /has no network that names classes/)
    await refused({ run: at('untold'), classifier: 'none', class: '1' }, /--class is for sets with labels/)
  })

  it('is a folder that holds something, unless it is such a set and is to be replaced', async () => {
    await make('twice')
    const before = await contents(at('twice'))
    await expect(make('twice', { seed: 9 })).rejects.toThrow(/already holds generated images.*--force/)
    expect(await contents(at('twice'))).toEqual(before)
    const { manifest } = await make('twice', { seed: 9, force: true, count: 10 })
    expect((await loadFolder(at('twice'))).train.hash).toBe(manifest.hash)
    expect(Object.keys(await contents(at('twice')))).toHaveLength(11)

    await mkdir(at('mine'))
    await writeFile(join(at('mine'), 'letter.txt'), 'dear')
    for (const force of [false, true])
      await expect(make('mine', { force })).rejects.toThrow(
        /holds something else than generated images, and is left alone/,
      )
    expect(await readFile(join(at('mine'), 'letter.txt'), 'utf8')).toBe('dear')
    expect((await readdir(root)).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it('is to go on after it was stopped: nothing is left', async () => {
    const stop = new AbortController()
    const events = augmentRun({
      run: at('told'),
      count: 100,
      seed: 1,
      out: at('stopped'),
      command: ['sparring', 'augment'],
      signal: stop.signal,
    })
    const all = async () => {
      for await (const event of events) if (event.type === 'generated') stop.abort(new DataError('enough'))
    }
    await expect(all()).rejects.toThrow('enough')
    expect(existsSync(at('stopped'))).toBe(false)
  })
})

describe('training on generated images', () => {
  it('mixes them with few real ones, holds out the real ones, and goes on exactly', async () => {
    await make('more', { count: 40 })
    const train = async (name: string, stopAfter?: number): Promise<void> => {
      const stop = new AbortController()
      const events = startRun({
        model: 'classifier',
        data: ['digits', at('more')],
        dataOptions: { count: 3000 },
        folder: at(name),
        command: ['sparring', 'train', 'classifier'],
        signal: stop.signal,
        settings: {
          steps: 6,
          batchSize: 8,
          imageSize: '16',
          labels: 30,
          checkpointEvery: 3,
          validateEvery: 3,
          threads: 1,
        },
      })
      for await (const event of events)
        if (event.type === 'checkpoint' && event.step === stopAfter) stop.abort()
    }
    await train('mixed')
    const { config } = await openRun(at('mixed'))
    expect(config.data).toMatchObject({ name: `digits + ${at('more')}`, count: 70, test: { count: 500 } })
    expect(config.data.parts!.map(({ name, count }) => [name, count])).toEqual([
      ['digits', 30],
      [at('more'), 40],
    ])
    await train('mixed-stopped', 3)
    for await (const _ of continueRun(at('mixed-stopped')));
    const [a, b] = [await runContents(at('mixed')), await runContents(at('mixed-stopped'))]
    expect(Object.keys(b)).toEqual(Object.keys(a))
    for (const path of Object.keys(a)) expect(b[path] === a[path], path).toBe(true)
    // The sets may lie elsewhere now, each told by itself.
    await train('mixed-moved', 3)
    await rename(at('more'), at('moved'))
    const resume = async (dataDir?: (string | undefined)[]): Promise<void> => {
      for await (const _ of continueRun(at('mixed-moved'), { dataDir }));
    }
    await expect(resume()).rejects.toThrow(DataError)
    await resume([undefined, at('moved')])
    const moved = await runContents(at('mixed-moved'))
    for (const path of Object.keys(a)) expect(moved[path] === a[path], path).toBe(true)
  })
})

describe('sparring augment', () => {
  it('says how many images of each class there are, and where', async () => {
    const { code, text } = await command('augment', at('told'), '--n', '20', '--out', at('cli'), '--quiet')
    expect(code).toBe(0)
    expect(text).toContain('20 images, PNG files marked as generated')
    expect(text).toMatch(/ {2}9 {2}2/)
    const { command: again } = JSON.parse(await readFile(join(at('cli'), 'manifest.json'), 'utf8'))
    expect(again).toEqual(['sparring', 'augment', at('told'), '--n', '20'])
    const twice = await command('augment', at('told'), '--out', at('cli'))
    expect(twice.code).toBe(2)
    expect(twice.text).toContain('--force')
  })
})
