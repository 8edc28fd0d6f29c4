// Times one training step of the MLP GAN in TensorFlow.js in Node: node tfjs-step.mjs mlp-gan STEPS --backend wasm|cpu
import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'
import { reportBestOf, timeSteps } from '../best-of.mjs'

const BATCH = 128
const LATENT = 100
const IMAGES = 8192

const { values } = parseArgs({
  options: { backend: { type: 'string', default: 'wasm' } },
  allowPositionals: true,
})
const { backend } = values

await reportBestOf({
  peer: `tfjs-${backend}`,
  program: import.meta.url,
  models: ['mlp-gan'],
  // Its WebAssembly threads exist in pages only (tensorflow/tfjs#3830), so in Node it has one. Its product with a
  // transposed factor, which every gradient needs, is many times slower than transposing first: try that help too.
  settings: {
    'as installed': {},
    ...(backend === 'wasm' && { 'transposing first': { TFJS_TRANSPOSE_FIRST: '1' } }),
  },
  measure,
})

async function measure(_model, steps) {
  const require = createRequire(import.meta.url) // the CommonJS builds are the ones made for Node
  const tf = require('@tensorflow/tfjs')
  if (backend === 'wasm') require('@tensorflow/tfjs-backend-wasm')
  await tf.setBackend(backend)
  await tf.ready()
  if (tf.getBackend() !== backend)
    throw new Error(`tfjs has no ${backend} back end here, only ${tf.getBackend()}`)
  const transposeFirst = process.env.TFJS_TRANSPOSE_FIRST === '1'
  if (transposeFirst) transposeBeforeProducts(tf)
  const warmUp = backend === 'cpu' ? 1 : 5
  const { ms, timed } = await timeSteps(mlpGan(tf), steps, { warmUp })
  const settings = {
    version: tf.version.tfjs,
    node: process.version,
    backend,
    threads: 1,
    ...(backend === 'wasm' && { simd: tf.env().get('WASM_HAS_SIMD_SUPPORT'), transposeFirst }),
    batch: BATCH,
    warmUp,
    steps: timed,
  }
  return { ms, settings }
}

/** Replaces the wasm back end's matrix product by one that copies a transposed factor into its fast case. */
function transposeBeforeProducts(tf) {
  const product = tf.getKernel('BatchMatMul', 'wasm')
  const transpose = tf.getKernel('Transpose', 'wasm')
  tf.unregisterKernel('BatchMatMul', 'wasm')
  tf.registerKernel({
    ...product,
    kernelFunc: ({ inputs: { a, b }, attrs: { transposeA, transposeB }, backend }) => {
      const copies = []
      const transposed = (x) => {
        const perm = x.shape.map((_, axis) => axis)
        perm.push(...perm.splice(-2).reverse())
        const copy = transpose.kernelFunc({ inputs: { x }, attrs: { perm }, backend })
        copies.push(copy)
        return copy
      }
      const output = product.kernelFunc({
        inputs: { a: transposeA ? transposed(a) : a, b: transposeB ? transposed(b) : b },
        attrs: { transposeA: false, transposeB: false },
        backend,
      })
      for (const { dataId } of copies) backend.disposeData(dataId)
      return output
    },
  })
}

/** The two networks with the library's own layers, the three updates with its own Adam. */
function mlpGan(tf) {
  const { dense, dropout, batchNormalization, flatten, reshape } = tf.layers
  const generator = tf.sequential({
    layers: [
      ...[256, 512, 1024].flatMap((units, i) => [
        dense({ units, activation: 'relu', ...(i === 0 && { inputShape: [LATENT] }) }),
        batchNormalization(),
      ]),
      dropout({ rate: 0.5 }),
      dense({ units: 784, activation: 'sigmoid' }),
      reshape({ targetShape: [28, 28, 1] }),
    ],
  })
  // The last sigmoid belongs to the loss, which takes logits.
  const discriminator = tf.sequential({
    layers: [
      flatten({ inputShape: [28, 28, 1] }),
      dropout({ rate: 0.5 }),
      dense({ units: 512, activation: 'relu' }),
      dense({ units: 256, activation: 'relu' }),
      dense({ units: 1 }),
    ],
  })
  const variables = (model) => model.trainableWeights.map((weight) => weight.read())
  const generatorAdam = tf.train.adam(2e-4, 0.5, 0.999, 1e-7)
  const discriminatorAdam = tf.train.adam(2e-4, 0.5, 0.999, 1e-7)
  const ones = tf.ones([BATCH, 1])
  const zeros = tf.zeros([BATCH, 1])
  const data = tf.randomUniform([IMAGES, 28, 28, 1])
  const latent = () => tf.randomUniform([BATCH, LATENT])
  const training = { training: true }

  const updateDiscriminator = (images, labels) =>
    discriminatorAdam.minimize(
      () => tf.losses.sigmoidCrossEntropy(labels, discriminator.apply(images, training)),
      true,
      variables(discriminator),
    )
  const updateGenerator = () =>
    generatorAdam.minimize(
      () => {
        const images = generator.apply(latent(), training)
        return tf.losses.sigmoidCrossEntropy(ones, discriminator.apply(images, training))
      },
      true,
      variables(generator),
    )

  return async () => {
    const losses = tf.tidy(() => {
      const rows = tf.tensor1d(
        Int32Array.from({ length: BATCH }, () => Math.floor(Math.random() * IMAGES)),
        'int32',
      )
      const real = tf.gather(data, rows)
      const fake = generator.apply(latent(), { training: false })
      return [updateDiscriminator(real, ones), updateDiscriminator(fake, zeros), updateGenerator()]
    })
    const values = await Promise.all(losses.map((loss) => loss.data()))
    tf.dispose(losses)
    return values.map(([loss]) => loss)
  }
}
