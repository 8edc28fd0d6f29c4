// Reshape: the elements of each example in another shape.
import { reshape as reshapeValue } from '../graph/build.ts'
import { ConfigError, ShapeError } from '../util/errors.ts'
import { formatShape, type Shape, sizeOf } from '../util/shape.ts'
import type { Layer } from './layer.ts'
import { type LayerOptions, openOptions, stateless } from './layer-options.ts'

export interface ReshapeOptions extends LayerOptions {
  /** The new shape of one example; one length may be -1 and is then inferred. */
  readonly targetShape: Shape
}

export function reshape(options: ReshapeOptions): Layer {
  const where = openOptions('reshape', options, ['targetShape'])
  const { targetShape } = options
  if (
    !Array.isArray(targetShape) ||
    targetShape.some((length) => !Number.isInteger(length) || (length < 1 && length !== -1)) ||
    targetShape.filter((length) => length === -1).length > 1
  )
    throw new ConfigError(
      `${where}: targetShape must be a list of positive integers of which one may be -1, got ${JSON.stringify(targetShape)}`,
    )
  const outputShape = (input: Shape): Shape => {
    const size = sizeOf(input)
    const known = sizeOf(targetShape.filter((length) => length !== -1))
    const shape = targetShape.map((length) => (length === -1 ? size / known : length))
    if (sizeOf(shape) !== size || !shape.every(Number.isInteger))
      throw new ShapeError(
        `cannot reshape examples of shape ${formatShape(input)} (${size} elements) to ${formatShape(targetShape)}`,
      )
    return shape
  }
  return stateless('Reshape', options, {
    config: { targetShape: [...targetShape] },
    outputShape,
    output: ({ input }) => reshapeValue(input, [input.shape[0]!, ...outputShape(input.shape.slice(1))]),
  })
}
