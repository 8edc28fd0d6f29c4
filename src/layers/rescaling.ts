// Rescaling: every element times a scale, plus an offset.
import { add, mul } from '../graph/build.ts'
import { checkNumber } from '../util/options.ts'
import type { Layer } from './layer.ts'
import { type LayerOptions, openOptions, stateless } from './layer-options.ts'

export interface RescalingOptions extends LayerOptions {
  readonly scale: number
  /** Default 0. */
  readonly offset?: number
}

/** x * scale + offset. Pixels in [0, 1] become [-1, 1] with scale 2 and offset -1, and again [0, 1] with 0.5 and 0.5. */
export function rescaling(options: RescalingOptions): Layer {
  const where = openOptions('rescaling', options, ['scale', 'offset'])
  const scale = checkNumber(where, 'scale', options.scale)
  const offset = checkNumber(where, 'offset', options.offset ?? 0)
  return stateless('Rescaling', options, {
    config: { scale, offset },
    output: ({ input }) => add(mul(input, scale), offset),
  })
}
