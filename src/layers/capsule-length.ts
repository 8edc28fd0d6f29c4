// CapsuleLength: how long each capsule is, which says how sure it is that what it stands for is there.
import { ShapeError } from '../util/errors.ts'
import type { Layer } from './layer.ts'
import { type LayerOptions, openOptions, stateless } from './layer-options.ts'
import { lengthOf } from './squash.ts'

/** [n, ..., d] to [n, ...]: Euclidean lengths along the last axis. Of squashed capsules they lie between 0 and 1. */
export function capsuleLength(options: LayerOptions = {}): Layer {
  openOptions('capsuleLength', options, [])
  return stateless('CapsuleLength', options, {
    config: {},
    outputShape: (input) => {
      if (input.length < 2)
        throw new ShapeError(`expects capsules [n, ..., dimension], got [${['n', ...input].join(', ')}]`)
      return input.slice(0, -1)
    },
    output: ({ input }) => lengthOf(input, input.shape.length - 1),
  })
}
