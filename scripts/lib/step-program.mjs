// A training step as a program, for scripts that measure it: lowered as they say, with random images as data.
import { contextOf, modelNamed, randomStream } from '../../dist/index.js'
import { feeder } from '../../dist/training/feeds.js'
import { initialState } from '../../dist/training/state.js'
import { stepGraph } from '../../dist/training/step.js'
import { trainingProgram } from '../../dist/training/trainer.js'

/** `count` images of random pixels as a source of examples; their labels are 0 and 1 in turn. */
export function randomImages(shape, count = 1024) {
  const size = shape.reduce((product, length) => product * length, 1)
  const pixels = randomStream(1, 'images').fillUniform(new Float32Array(count * size))
  return {
    count,
    shape,
    fill(indices, out) {
      indices.forEach((index, i) => {
        out.set(pixels.subarray(index * size, (index + 1) * size), i * size)
      })
    },
    label: (index) => index % 2,
  }
}

/**
 * @param {string} name  of the model
 * @param {{ shape?: number[], batchSize?: number, options?: object, lowering?: object, source?: object, seed?: number }} [settings]
 */
export function stepProgram(name, { shape, batchSize, options = {}, lowering, source, seed = 1 } = {}) {
  const model = modelNamed(name)
  const images = source ?? randomImages(shape ?? model.imageShape)
  const batch = batchSize ?? model.defaults.batchSize
  const objective = model.objective(model.options.parse(options), images.shape, contextOf(model))
  const step = stepGraph(objective, { batchSize: batch, exampleShape: images.shape })
  return {
    step,
    batchSize: batch,
    model: trainingProgram(objective.name, step, lowering),
    state: step.state.map(({ name: input, next, shape: of }) => ({ input, output: next, shape: of })),
    initial: () => initialState(step.state, seed),
    prepare: feeder(step.feeds, { seed, source: images, batches: objective.batches, batchSize: batch }),
  }
}

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
