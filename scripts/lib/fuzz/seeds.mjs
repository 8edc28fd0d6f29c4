// Valid files of each kind, small, to be mutated.
// @ts-check
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import sharp from 'sharp'
import { encodeSafetensors } from '../../../dist/formats/safetensors.js'
import { constant } from '../../../dist/graph/value.js'
import { exportModel, input, ops, writeIdx } from '../../../dist/index.js'

/** @typedef {import('./mutate.mjs').Bytes} Bytes */

/** A run's configuration, as `sparring train` writes it. */
export const runConfig = {
  format: 1,
  model: 'mlp-gan',
  command: ['sparring', 'train', 'mlp-gan', '--data', 'digits', '--steps', '24'],
  createdAt: '2026-01-01T00:00:00.000Z',
  settings: {
    steps: 24,
    batchSize: 16,
    seed: 1,
    sampleEvery: 8,
    checkpointEvery: 8,
    validateEvery: 0,
    evaluateEvery: 0,
    threads: 1,
  },
  data: {
    name: 'digits',
    hash: 'f00d',
    count: 2000,
    height: 28,
    width: 28,
    channels: 1,
    classes: ['0', '1'],
    test: { hash: 'cafe', count: 200 },
  },
  versions: { sparring: '0.1.0', node: '20.19.0' },
  machine: { platform: 'linux', arch: 'x64', cpu: 'a processor', cores: 2, memoryBytes: 8_000_000_000 },
  metrics: [
    { name: 'discriminatorLoss', label: 'Discriminator loss', axis: 'left', color: '#dc267f', dash: 'solid' },
  ],
  networks: [
    {
      name: 'generator',
      input: [100],
      layers: [
        {
          name: 'dense',
          type: 'dense',
          outputShape: [null, 784],
          parameters: 79184,
          trainableParameters: 79184,
        },
      ],
      total: 79184,
      trainable: 79184,
      nonTrainable: 0,
    },
  ],
}

const evaluation = {
  format: 1,
  at: '2026-01-01T00:00:00.000Z',
  step: 24,
  protocol: { count: 1000, draws: 2, seed: 1, reference: '200 held-out images' },
  data: { name: 'digits', hash: 'f00d', referenceHash: 'cafe' },
  extractor: { name: 'classifier', hash: 'beef', accuracy: 0.98, testCount: 200, features: 64 },
  measures: [
    {
      name: 'fid',
      label: 'FID',
      better: 'lower',
      format: 'number',
      value: 12.5,
      spread: 0.5,
      draws: [12, 13],
      floor: { value: 1 },
      n: { fake: 1000, real: 200 },
      estimator: 'Gaussian',
    },
  ],
  histogram: { classes: ['0', '1'], fake: [0.4, 0.6], real: [0.5, 0.5] },
}

const encoder = new TextEncoder()
/** @param {unknown} value */
const json = (value) => encoder.encode(`${JSON.stringify(value, null, 2)}\n`)
/** @param {readonly object[]} rows */
const lines = (rows) => encoder.encode(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
const numbered = Array.from({ length: 12 }, (_, step) => step)

function onnx() {
  const x = input('x', [2, 1, 6, 6])
  const weights = (/** @type {number} */ n) => Float32Array.from({ length: n }, (_, i) => Math.sin(i))
  const convolved = ops.relu(ops.conv(x, constant(weights(18), [2, 1, 3, 3]), { pads: [1, 1, 1, 1] }))
  const flat = ops.reshape(convolved, [2, 72])
  const y = ops.softmax(ops.matMul(flat, constant(weights(720), [72, 10])))
  return [exportModel({ inputs: [x], outputs: { y } }, { name: 'seed' })]
}

function idx() {
  const images = writeIdx({ shape: [3, 4, 4], data: Uint8Array.from({ length: 48 }, (_, i) => 5 * i) })
  return [images, writeIdx({ shape: [2, 2, 2, 3], data: new Uint8Array(24) }), gzipSync(images)]
}

async function safetensors() {
  const tensors = {
    weight: { shape: [2, 3], data: Float32Array.from([1, 2, 3, 4, 5, 6]) },
    bias: { shape: [3], data: new Float64Array(3) },
    count: { shape: [], data: Int32Array.of(7) },
  }
  const whole = await encodeSafetensors(tensors, { step: '24' })
  const header =
    '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[1],"data_offsets":[8,9]}}'
  const bare = new Uint8Array(8 + header.length + 9)
  new DataView(bare.buffer).setBigUint64(0, BigInt(header.length), true)
  bare.set(encoder.encode(header), 8)
  return [whole, bare]
}

function images() {
  const raw = Buffer.from(Array.from({ length: 12 * 10 * 3 }, (_, i) => (37 * i) % 256))
  const image = () => sharp(raw, { raw: { width: 12, height: 10, channels: 3 } })
  return Promise.all([
    image().png().toBuffer(),
    image().png({ palette: true, progressive: true }).toBuffer(),
    image().greyscale().toColourspace('b-w').png().toBuffer(),
    image().jpeg().withMetadata({ orientation: 6 }).toBuffer(),
    image().jpeg({ progressive: true, quality: 40 }).toBuffer(),
    image().webp().toBuffer(),
    image().gif().toBuffer(),
    image().tiff().toBuffer(),
  ])
}

/** @type {Record<string, () => Uint8Array[] | Promise<Uint8Array[]>>} */
const MADE = {
  onnx,
  idx,
  safetensors,
  images,
  config: () => [json(runConfig)],
  status: () => [
    json({ state: 'finished', step: 24, updatedAt: '2026-01-01T00:00:00.000Z', pid: 4242 }),
    json({ state: 'running', step: 3, updatedAt: '2026-01-01T00:00:00.000Z', pid: 1, message: 'a message' }),
  ],
  evaluation: () => [json(evaluation)],
  settings: () => [
    json({ steps: 2000, batchSize: 64, seed: 3, imageSize: '48x64', channels: 1, latentDim: 64 }),
  ],
  metrics: () => [
    lines(
      numbered.map((step) => ({ step, discriminatorLoss: step / 7, generatorLoss: step === 3 ? null : 0.7 })),
    ),
  ],
  timings: () => [lines(numbered.map((step) => ({ step, seconds: 0.25, at: '2026-01-01T00:00:00.000Z' })))],
  events: () => [
    lines([{ step: 3, kind: 'mode-collapse', severity: 'warning', message: 'all samples look alike' }]),
  ],
  critic: () => [
    lines(
      [true, false].map((said) => ({
        at: '2026-01-01T00:00:00.000Z',
        step: 24,
        seed: 5,
        reals: 'held-out',
        isReal: [true, false],
        saidReal: [said, said],
        probabilityOfReal: said ? [0.25, 1] : null,
      })),
    ),
  ],
}

const corpus = new URL('../../../test/fuzz/corpus/', import.meta.url)

/** The files of the repository's corpus of a kind, by name. @param {string} kind @returns {{ name: string, bytes: Bytes }[]} */
export function corpusOf(kind) {
  const folder = new URL(`${kind}/`, corpus)
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => ({ name, bytes: new Uint8Array(readFileSync(new URL(name, folder))) }))
  } catch {
    return []
  }
}

/**
 * Valid files of a kind, none of them large.
 *
 * @param {string} kind
 * @returns {Promise<Bytes[]>}
 */
export const seedsOf = async (kind) => ((await MADE[kind]?.()) ?? []).map((bytes) => new Uint8Array(bytes))
