// Embedding: a vector of its own for each of a number of things, such as the classes of labels.
import { cast, gather } from '../graph/build.ts'
import { describeInitializer, type InitializerOption, initializerOf } from '../initializers/registry.ts'
import { checkNumber } from '../util/options.ts'
import type { Layer } from './layer.ts'
import { type LayerOptions, named, openOptions } from './layer-options.ts'

export interface EmbeddingOptions extends LayerOptions {
  /** How many things there are. */
  readonly inputDim: number
  /** Length of each vector. */
  readonly outputDim: number
  /** Default `randomUniform`, in [-0.05, 0.05]. */
  readonly embeddingsInitializer?: InitializerOption
}

/**
 * Whole numbers [n, ...] from 0 to inputDim - 1, of any type, to vectors [n, ..., outputDim]. Weights: embeddings
 * [inputDim, outputDim].
 */
export function embedding(options: EmbeddingOptions): Layer {
  const where = openOptions('embedding', options, ['inputDim', 'outputDim', 'embeddingsInitializer'])
  const inputDim = checkNumber(where, 'inputDim', options.inputDim, { integer: true, atLeast: 1 })
  const outputDim = checkNumber(where, 'outputDim', options.outputDim, { integer: true, atLeast: 1 })
  const initializer = initializerOf(
    where,
    'embeddingsInitializer',
    options.embeddingsInitializer ?? 'randomUniform',
  )
  return {
    type: 'Embedding',
    ...named(options),
    config: { inputDim, outputDim, embeddingsInitializer: describeInitializer(initializer) },
    weights: () => [{ name: 'embeddings', shape: [inputDim, outputDim], initializer, trainable: true }],
    outputShape: (input) => [...input, outputDim],
    call: ({ input, weights }) => ({ output: gather(weights.embeddings!, cast(input, 'int64'), 0) }),
  }
}
