// What poolings over whole images have in common: height and width are reduced together.
import type { Reduction } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { checkBoolean } from '../util/options.ts'
import type { Layer } from './layer.ts'
import { type LayerOptions, openOptions, stateless } from './layer-options.ts'
import { checkImage } from './windows.ts'

export interface GlobalPooling2DOptions extends LayerOptions {
  /** Keep height and width, with length 1; default false. */
  readonly keepdims?: boolean
}

/** The global pooling layer of this factory and Keras' class name: [n, h, w, c] to [n, c] or [n, 1, 1, c]. */
export function globalPooling2D(
  factory: string,
  type: string,
  options: GlobalPooling2DOptions,
  reduce: (x: Value, reduction: Reduction) => Value,
): Layer {
  const where = openOptions(factory, options, ['keepdims'])
  const keepdims = checkBoolean(where, 'keepdims', options.keepdims ?? false)
  return stateless(type, options, {
    config: { keepdims },
    outputShape: (input) => {
      checkImage(input)
      return keepdims ? [1, 1, input[2]!] : [input[2]!]
    },
    output: ({ input }) => reduce(input, { axes: [1, 2], keepdims }),
  })
}
