// UpSampling2D: every pixel repeated along height and width.
import { expand, reshape } from '../graph/build.ts'
import { checkChoice } from '../util/options.ts'
import type { Layer } from './layer.ts'
import { type LayerOptions, openOptions, stateless } from './layer-options.ts'
import { checkImage, type Pair, pairOf } from './windows.ts'

export interface UpSampling2DOptions extends LayerOptions {
  /** How often rows and columns are repeated; one number for both; default 2. */
  readonly size?: number | Pair
  /** How new pixels are made: `nearest`, the only way here and the default, copies the pixel they come from. */
  readonly interpolation?: 'nearest'
}

/** [n, h, w, c] to [n, h * size, w * size, c]. */
export function upSampling2D(options: UpSampling2DOptions = {}): Layer {
  const where = openOptions('upSampling2D', options, ['size', 'interpolation'])
  const size = pairOf(where, 'size', options.size ?? 2)
  const [rows, columns] = size
  const interpolation = checkChoice(where, 'interpolation', options.interpolation ?? 'nearest', {
    nearest: 'nearest',
  })
  return stateless('UpSampling2D', options, {
    config: { size, interpolation },
    outputShape: (input) => {
      checkImage(input)
      return [input[0]! * rows, input[1]! * columns, input[2]!]
    },
    output: ({ input }) => {
      const [n, height, width, channels] = input.shape as [number, number, number, number]
      const apart = reshape(input, [n, height, 1, width, 1, channels])
      const repeated = expand(apart, [n, height, rows, width, columns, channels])
      return reshape(repeated, [n, height * rows, width * columns, channels])
    },
  })
}
