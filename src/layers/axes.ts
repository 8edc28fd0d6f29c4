// Axes as layers' options name them: counted with the batch as axis 0, from the end where they are negative.
import { ShapeError } from '../util/errors.ts'

/**
 * The axis that is meant, from 1.
 *
 * @param rank  of the input, the batch included
 * @throws ShapeError unless it is an axis of one example
 */
export function exampleAxis(axis: number, rank: number): number {
  const found = axis < 0 ? axis + rank : axis
  if (found >= 1 && found < rank) return found
  throw new ShapeError(
    `axis ${axis} is not an axis of one example of an input of rank ${rank} (the batch is axis 0)`,
  )
}
