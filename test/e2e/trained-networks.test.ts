// What training leaves, used without our code: ONNX files in plain ONNX Runtime.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { importModel } from '../../src/onnx/index.ts'
import { untileGrid } from '../../src/report/index.ts'
import { decodePng } from '../../src/report/node/index.ts'
import * as ort from '../../src/runtime/node-ort.ts'
import { randomStream } from '../../src/util/random.ts'
import { smallData, sparringHere } from './sparring.ts'

let cwd: string
let files: Record<string, string>
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'sparring-networks-'))
  await smallData(join(cwd, 'small'))
  const args = 'train mlp-gan --data ./small --steps 30 --batch-size 8 --seed 5 --run first --json'
  const trained = await sparringHere(args.split(' '), { cwd })
  expect(trained.code, trained.stderr).toBe(0)
  files = trained.json().files as Record<string, string>
})
afterAll(() => rm(cwd, { recursive: true }))

describe('generator.onnx', () => {
  it('makes the images of the grid in plain onnxruntime-node', async () => {
    const grid = untileGrid(await decodePng(await readFile(files.grid!)), { height: 8, width: 8 })
    const z = randomStream(5, 'sample/grid').fillUniform(new Float32Array(400 * 100))
    const session = await ort.InferenceSession.create(files.generator!)
    expect(session.inputNames).toEqual(['z'])
    expect(session.outputNames).toEqual(['images'])
    const { images } = await session.run({ z: new ort.Tensor('float32', z, [400, 100]) })
    expect(images!.dims).toEqual([400, 8, 8, 1])
    const pixels = Array.from(images!.data as Float32Array, (value) => 255 * value)
    // Half a grey level is lost in the picture; the images do differ from each other.
    expect(Math.max(...pixels.map((value, i) => Math.abs(value - grid.pixels[i]!)))).toBeLessThanOrEqual(0.51)
    expect(new Set(grid.pixels).size).toBeGreaterThan(10)
  })

  it('takes any batch size', async () => {
    const session = await ort.InferenceSession.create(files.generator!)
    const z = randomStream(1, 'z').fillUniform(new Float32Array(3 * 100))
    const { images } = await session.run({ z: new ort.Tensor('float32', z, [3, 100]) })
    const { images: last } = await session.run({ z: new ort.Tensor('float32', z.slice(200), [1, 100]) })
    const [together, alone] = [(images!.data as Float32Array).slice(128), last!.data as Float32Array]
    together.forEach((value, i) => {
      expect(value).toBeCloseTo(alone[i]!, 6)
    })
  })

  it('says what made it', async () => {
    const { metadata, producer, documentation } = importModel(await readFile(files.generator!))
    expect(metadata).toMatchObject({
      input: 'z',
      inputShape: '[N, 100]',
      latent: 'uniform [0, 1)',
      output: 'images',
      outputShape: '[N, 8, 8, 1]',
      model: 'mlp-gan',
      seed: '5',
      step: '29',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      dataHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    // Not where it lies: the file goes to others.
    expect(metadata.data).toBe('small')
    expect(documentation).toContain('trained on small for 30 steps')
    expect(JSON.stringify(producer)).toContain('sparring')
  })
})

describe('discriminator.onnx', () => {
  it('gives a probability for each image', async () => {
    const session = await ort.InferenceSession.create(files.discriminator!)
    const images = randomStream(1, 'x').fillUniform(new Float32Array(2 * 64))
    const { probability } = await session.run({ images: new ort.Tensor('float32', images, [2, 8, 8, 1]) })
    expect(probability!.dims).toEqual([2, 1])
    for (const value of probability!.data as Float32Array) {
      expect(value).toBeGreaterThan(0)
      expect(value).toBeLessThan(1)
    }
  })
})
