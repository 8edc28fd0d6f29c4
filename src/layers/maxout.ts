// Maxout: the largest number of each of several pieces of the last axis.
import { reduceMax, reshape } from '../graph/build.ts'
import { ShapeError } from '../util/errors.ts'
import { checkNumber } from '../util/options.ts'
import type { Shape } from '../util/shape.ts'
import type { Layer } from './layer.ts'
import { type LayerOptions, openOptions, stateless } from './layer-options.ts'

export interface MaxoutOptions extends LayerOptions {
  /** Length of the output's last axis; that of the input must be a multiple of it. */
  readonly numUnits: number
}

/**
 * Maxout over the last axis, as TensorFlow Addons' layer of this name: neighbours compete, [n, ..., numUnits pieces] to
 * [n, ..., numUnits]. After `dense({ units: numUnits * pieces })` it is the maxout unit of the paper.
 *
 * @source Goodfellow et al. 2013, arXiv:1302.4389
 */
export function maxout(options: MaxoutOptions): Layer {
  const where = openOptions('maxout', options, ['numUnits'])
  const numUnits = checkNumber(where, 'numUnits', options.numUnits, { integer: true, atLeast: 1 })
  const outputShape = (input: Shape): Shape => {
    const features = input.at(-1)
    if (features === undefined || features % numUnits !== 0)
      throw new ShapeError(
        `expects a last axis that numUnits ${numUnits} divides, got ${features ?? 'one number per example'}`,
      )
    return [...input.slice(0, -1), numUnits]
  }
  return stateless('Maxout', options, {
    config: { numUnits },
    outputShape,
    output({ input }) {
      const shape = outputShape(input.shape)
      const pieces = reshape(input, [...shape, input.shape.at(-1)! / numUnits])
      return reduceMax(pieces, { axes: [shape.length] })
    },
  })
}
