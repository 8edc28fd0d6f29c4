// What losses compare with: one number for the whole batch, or a value of the prediction's shape.
import { cast, type Operand } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { ConfigError, ShapeError } from '../util/errors.ts'
import { formatShape, sameShape } from '../util/shape.ts'

/**
 * A target in the prediction's type and shape. Shapes that merely broadcast are refused: [n] against [n, 1] would
 * silently compare every example with every other.
 */
export function targetFor(loss: string, prediction: Value, target: Value | number): Operand {
  if (typeof target === 'number') {
    if (!Number.isFinite(target)) throw new ConfigError(`${loss}: target must be finite, got ${target}`)
    return target
  }
  if (!sameShape(prediction.shape, target.shape))
    throw new ShapeError(
      `${loss}: prediction and target must have one shape, got ${formatShape(prediction.shape)} and ${formatShape(target.shape)}`,
    )
  return cast(target, prediction.dtype)
}
