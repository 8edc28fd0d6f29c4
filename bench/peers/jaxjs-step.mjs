// Times one training step of the MLP GAN in @jax-js/jax on its WebAssembly back end: node jaxjs-step.mjs mlp-gan STEPS
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { reportBestOf, timeSteps } from '../best-of.mjs'
import { WebWorker } from './web-worker.mjs'

const BATCH = 128
const LATENT = 100
const IMAGES = 8192

const cores = availableParallelism()
await reportBestOf({
  peer: 'jax-js',
  program: import.meta.url,
  models: ['mlp-gan'],
  // Node has no `Worker` of the page's kind, so the library itself would use one thread; lend it one and try both.
  settings: {
    'one thread': {},
    ...(cores > 1 && { [`${cores} threads`]: { JAXJS_THREADS: String(cores) } }),
  },
  measure,
})

async function measure(_model, steps) {
  const threads = Number(process.env.JAXJS_THREADS ?? 1)
  if (threads > 1) {
    globalThis.Worker = WebWorker
    Object.defineProperty(globalThis, 'navigator', { value: { hardwareConcurrency: threads } })
  }
  // Imported here, because the library looks for `Worker` when it loads.
  const jax = await import('@jax-js/jax')
  const devices = await jax.init('wasm')
  if (!devices.includes('wasm'))
    throw new Error(`jax-js has no wasm back end here, only ${devices.join(', ')}`)
  jax.defaultDevice('wasm')
  const { ms, timed } = await timeSteps(mlpGan(jax), steps)
  const { version } = JSON.parse(
    readFileSync(new URL('node_modules/@jax-js/jax/package.json', import.meta.url)),
  )
  return {
    ms,
    settings: { version, node: process.version, backend: 'wasm', threads, batch: BATCH, steps: timed },
  }
}

/**
 * One step of the duel, as one function that the library compiles (`jit`). A function of jax-js uses up the arrays it
 * is given; `.ref` and `tree.ref` keep one for later.
 */
function mlpGan({ blockUntilReady, jit, nn, numpy: np, random, tree, valueAndGrad }) {
  let drawn = 0
  const key = () => random.key(drawn++)

  const dense = ({ kernel, bias }, x) => np.matmul(x, kernel).add(bias)

  const dropout = (x, rate, key) => {
    const kept = random.bernoulli(key, 1 - rate, x.shape).astype(np.float32)
    return x.mul(kept.mul(1 / (1 - rate)))
  }

  const normalize = (x, mean, variance, { gamma, beta }) =>
    x
      .sub(mean)
      .mul(gamma.div(np.sqrt(variance.add(1e-3))))
      .add(beta)

  /** Batch statistics; returns the moving ones too, moved by momentum 0.99. */
  const batchNormalization = (parameters, moving, x) => {
    const mean = np.mean(x.ref, 0)
    const variance = np.mean(np.square(x.ref.sub(mean.ref)), 0)
    const moved = {
      mean: moving.mean.mul(0.99).add(mean.ref.mul(0.01)),
      variance: moving.variance.mul(0.99).add(variance.ref.mul(0.01)),
    }
    return [normalize(x, mean, variance, parameters), moved]
  }

  /** The generator in training mode: [n, 100] -> images [n, 784] and the moved statistics. */
  const generatorTraining = ({ layers, norms, output }, moving, latent, key) => {
    let x = latent
    const moved = []
    for (const [i, layer] of layers.entries()) {
      const [y, statistics] = batchNormalization(norms[i], moving[i], nn.relu(dense(layer, x)))
      x = y
      moved.push(statistics)
    }
    return [nn.sigmoid(dense(output, dropout(x, 0.5, key))), moved]
  }

  /** The generator in inference mode: moving statistics, no dropout. */
  const generatorInference = ({ layers, norms, output }, moving, latent) => {
    let x = latent
    for (const [i, layer] of layers.entries()) {
      x = normalize(nn.relu(dense(layer, x)), moving[i].mean, moving[i].variance, norms[i])
    }
    return nn.sigmoid(dense(output, x))
  }

  /** Images [n, 784] -> logits [n, 1]. */
  const discriminator = ({ layers, output }, images, key) => {
    let x = dropout(images, 0.5, key)
    for (const layer of layers) x = nn.relu(dense(layer, x))
    return dense(output, x)
  }

  /** Mean binary cross-entropy of logits with one label for all, 0 or 1. */
  const crossEntropy = (logits, label) => np.mean(nn.softplus(logits.ref).sub(logits.mul(label)))

  /** Adam(2e-4, 0.5, 0.999, 1e-7) as Keras writes it; `rate` holds the bias correction of this step. */
  const adam = (parameters, { m, v }, gradients, rate) => {
    const m2 = tree.map((m, g) => m.mul(0.5).add(g.mul(0.5)), m, tree.ref(gradients))
    const v2 = tree.map((v, g) => v.mul(0.999).add(np.square(g).mul(0.001)), v, gradients)
    const next = tree.map(
      (p, m, v) => p.sub(rate.ref.mul(m).div(np.sqrt(v).add(1e-7))),
      parameters,
      tree.ref(m2),
      tree.ref(v2),
    )
    rate.dispose()
    return { parameters: next, adam: { m: m2, v: v2 } }
  }
  const rateAt = (t) => (2e-4 * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.5 ** t)

  const updateCritic = ({ parameters, adam: state }, images, label, rate, key) => {
    const loss = (parameters) => crossEntropy(discriminator(parameters, images, key), label)
    const [value, gradients] = valueAndGrad(loss)(tree.ref(parameters))
    return [adam(parameters, state, gradients, rate), value]
  }

  const updateGenerator = ({ parameters, adam: state }, moving, frozen, latent, rate, key, frozenKey) => {
    const loss = (parameters) => {
      const [images, moved] = generatorTraining(parameters, moving, latent, key)
      return [crossEntropy(discriminator(frozen, images, frozenKey), 1), moved]
    }
    const [[value, moved], gradients] = valueAndGrad(loss, { hasAux: true })(tree.ref(parameters))
    return [adam(parameters, state, gradients, rate), moved, value]
  }

  /** The whole step in one compiled function; `rates` are those of the three updates. */
  const step = jit(({ generator, moving, critic }, data, rows, rates, key) => {
    const keys = random.split(key, 6)
    const keyAt = (i) => keys.ref.slice(i)
    const latent = (i) => random.uniform(keyAt(i), [BATCH, LATENT])
    const real = data.slice(rows)
    const fake = generatorInference(tree.ref(generator.parameters), tree.ref(moving), latent(0))
    const [afterReal, onReal] = updateCritic(critic, real, 1, rates.ref.slice(0), keyAt(1))
    const [afterFake, onFake] = updateCritic(afterReal, fake, 0, rates.ref.slice(1), keyAt(2))
    const frozen = tree.ref(afterFake.parameters)
    const rate = rates.slice(2)
    const [next, moved, loss] = updateGenerator(
      generator,
      moving,
      frozen,
      latent(3),
      rate,
      keyAt(4),
      keyAt(5),
    )
    keys.dispose()
    return [{ generator: next, moving: moved, critic: afterFake }, [onReal, onFake, loss]]
  })

  /** Glorot uniform, zero biases. */
  const makeDense = (input, output) => {
    const limit = Math.sqrt(6 / (input + output))
    const kernel = random.uniform(key(), [input, output], { minval: -limit, maxval: limit })
    return { kernel, bias: np.zeros([output]) }
  }
  const withAdam = (parameters) => {
    const zeros = () => tree.map((p) => np.zeros(p.shape), parameters)
    return { parameters, adam: { m: zeros(), v: zeros() } }
  }
  const widths = [256, 512, 1024]
  let state = {
    generator: withAdam({
      layers: widths.map((width, i) => makeDense(widths[i - 1] ?? LATENT, width)),
      norms: widths.map((width) => ({ gamma: np.ones([width]), beta: np.zeros([width]) })),
      output: makeDense(1024, 784),
    }),
    moving: widths.map((width) => ({ mean: np.zeros([width]), variance: np.ones([width]) })),
    critic: withAdam({ layers: [makeDense(784, 512), makeDense(512, 256)], output: makeDense(256, 1) }),
  }
  const data = random.uniform(key(), [IMAGES, 784])

  let t = 0
  return async () => {
    t++
    const rows = Int32Array.from({ length: BATCH }, () => Math.floor(Math.random() * IMAGES))
    const rates = Float32Array.of(rateAt(2 * t - 1), rateAt(2 * t), rateAt(t))
    let losses
    ;[state, losses] = step(state, data.ref, np.array(rows), np.array(rates), key())
    await blockUntilReady(state)
    return Promise.all(losses.map((loss) => loss.jsAsync()))
  }
}
