// Flatten: each example as one row.
import { reshape } from '../graph/build.ts'
import { sizeOf } from '../util/shape.ts'
import type { Layer } from './layer.ts'
import { type LayerOptions, openOptions, stateless } from './layer-options.ts'

/** [n, ...] to [n, elements]. */
export function flatten(options: LayerOptions = {}): Layer {
  openOptions('flatten', options, [])
  return stateless('Flatten', options, {
    config: {},
    outputShape: (input) => [sizeOf(input)],
    output: ({ input }) => reshape(input, [input.shape[0]!, sizeOf(input.shape.slice(1))]),
  })
}
