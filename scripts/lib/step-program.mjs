// A training step as an engine compiles it, for scripts that measure it: lowered as they say, with random images as data.
import { examplesSource, imageColumns, modelNamed, randomStream } from '../../dist/index.js'
import { drawsOf, feeder } from '../../dist/training/feeds.js'
import { initialState } from '../../dist/training/state.js'
import { stepGraph } from '../../dist/training/step.js'

/** `count` images of random pixels as examples; their labels are 0 and 1 in turn. */
export function randomImages(shape, count = 1024) {
  const size = shape.reduce((product, length) => product * length, 1)
  const pixels = randomStream(1, 'images').fillUniform(new Float32Array(count * size))
  return {
    count,
    columns: imageColumns(shape, true),
    fill(column, indices, out) {
      indices.forEach((index, i) => {
        if (column === 'labels') out[i] = BigInt(index % 2)
        else out.set(pixels.subarray(index * size, (index + 1) * size), i * size)
      })
    },
  }
}

/**
 * @param {string} name  of the model
 * @param {{ shape?: number[], batchSize?: number, options?: object, lowering?: object, examples?: object, seed?: number }} [settings]
 */
export function stepProgram(name, { shape, batchSize, options = {}, lowering, examples, seed = 1 } = {}) {
  const model = modelNamed(name)
  const images = examples ?? randomImages(shape ?? model.madeFor.columns.images.shape)
  const { columns } = images
  const batch = batchSize ?? model.defaults.batchSize
  const objective = model.objective(model.options.parse(options), { ...model.madeFor, columns })
  const step = stepGraph(objective, { batchSize: batch, columns })
  const opened = { seed, batchSize: batch, draws: drawsOf(step.feeds) }
  return {
    step,
    batchSize: batch,
    /** For `nodeEngine`. */
    lowering,
    /** For `engine.compile`. */
    compiled: {
      name: objective.name,
      graph: step.graph,
      state: step.state.map(({ name: input, next, shape: of }) => ({ input, output: next, shape: of })),
      perStep: step.feeds.map((feed) => feed.name),
      outputs: Object.values(step.metrics),
    },
    initial: () => initialState(step.state, seed),
    prepare: feeder(step.feeds, { seed, source: examplesSource(images, objective.batches).open(opened) }),
  }
}

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
