// What the bench times of ours: models of the registry, examples, and objectives that no model stands for yet.
import {
  adam,
  conv2D,
  dcganGenerator,
  dense,
  flatten,
  modelNamed,
  randomStream,
  sequential,
  wganGp,
} from '../dist/index.js'
import cipher from '../examples/cipher.mjs'
import ring from '../examples/ring-gan.mjs'

/** @typedef {{ objective: import('../dist/index.js').Objective, columns: import('../dist/index.js').Columns, batchSize: number,
 *   source?: import('../dist/index.js').Source }} Timed  with a source where random numbers would not do */

const fromModel = (model, options = {}, columns = model.madeFor.columns) => ({
  objective: model.objective(model.options.parse(options), { ...model.madeFor, columns }),
  columns,
  batchSize: model.defaults.batchSize,
})

/** The networks of the DCGAN as Gulrajani et al. 2017 train them: no dropout and no sigmoid in the critic. */
function penalised() {
  const sliding = { kernelSize: 5, strides: 2, padding: 'same', activation: 'relu' }
  const critic = sequential({ name: 'critic', input: { images: [28, 28, 1] } }, [
    conv2D({ ...sliding, filters: 64 }),
    conv2D({ ...sliding, filters: 128 }),
    flatten(),
    dense({ units: 1 }),
  ])
  const optimizer = adam({ learningRate: 1e-4, beta1: 0, beta2: 0.9 })
  return {
    objective: wganGp({
      name: 'wgan-gp',
      generator: dcganGenerator(),
      critic,
      generatorOptimizer: optimizer,
      criticOptimizer: optimizer,
    }),
    columns: { images: { shape: [28, 28, 1], dtype: 'float32' } },
    batchSize: 64,
  }
}

/** A team at the levers, with the draws that it learns from. */
function talking(given) {
  const model = modelNamed('commnet')
  const options = model.settle(model.options.parse(given))
  const source = model.source(options)
  return { ...fromModel(model, options, source.columns), source }
}

/** Small networks: a second thread only waits for the first. */
const SMALL = {
  ring: () => fromModel(ring, { lookahead: 0 }),
  cipher: () => fromModel(cipher),
  levers: () => talking({}),
  'levers-reinforce': () => talking({ learning: 'reinforce' }),
  cryptography: () => fromModel(modelNamed('cryptography')),
}

/**
 * @param {string} name
 * @param {{ options?: object, columns?: import('../dist/index.js').Columns }} [settings]  of a model of the registry
 * @returns {Timed}
 */
export const timedModel = (name, { options, columns } = {}) =>
  name === 'wgan-gp' ? penalised() : (SMALL[name]?.() ?? fromModel(modelNamed(name), options, columns))

/** Examples of random numbers from 0 to 1; whole numbers are 0 and 1 in turn. */
export function randomExamples(columns, most = 8192) {
  const sizes = Object.fromEntries(
    Object.entries(columns).map(([name, { shape }]) => [
      name,
      shape.reduce((product, length) => product * length, 1),
    ]),
  )
  const count = Math.min(most, Math.floor(2 ** 25 / Math.max(1, ...Object.values(sizes))))
  const random = randomStream(1, 'bench')
  const numbers = Object.fromEntries(
    Object.entries(sizes).map(([name, size]) => [
      name,
      columns[name].dtype === 'int64'
        ? BigInt64Array.from({ length: count }, (_, i) => BigInt(i % 2))
        : random.fillUniform(new Float32Array(count * size)),
    ]),
  )
  return {
    count,
    columns,
    fill(name, indices, out) {
      const size = sizes[name]
      // A column with a count of its own has more or fewer than the batch has examples.
      for (let i = 0; i < out.length / size; i++) {
        const from = indices[i % indices.length] * size
        out.set(numbers[name].subarray(from, from + size), i * size)
      }
    },
  }
}

/** Numbers of threads that are tried. */
export const threadsFor = (name, cores) => (name in SMALL ? [1, cores] : [cores])
