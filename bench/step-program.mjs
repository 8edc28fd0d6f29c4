// A training step as an engine compiles it, for scripts that measure it: lowered as they say, with random numbers as data.

import { examplesSource, imageColumns } from '../dist/index.js'
import { drawsOf, feeder } from '../dist/training/feeds.js'
import { initialState } from '../dist/training/state.js'
import { stepGraph } from '../dist/training/step.js'
import { randomExamples, timedModel } from './our-models.mjs'

/**
 * @param {string} name  of a model of the bench
 * @param {{ shape?: number[], batchSize?: number, options?: object, lowering?: object, examples?: object, seed?: number }} [settings]
 */
export function stepProgram(name, { shape, batchSize, options = {}, lowering, examples, seed = 1 } = {}) {
  const wanted = examples?.columns ?? (shape && imageColumns(shape, true))
  const { objective, columns, batchSize: usual } = timedModel(name, { options, columns: wanted })
  const images = examples ?? randomExamples(columns, 1024)
  const batch = batchSize ?? usual
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
