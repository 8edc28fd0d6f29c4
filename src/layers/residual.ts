// Residual blocks: what some layers make of a value, added to the value itself.
import { add } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { ShapeError } from '../util/errors.ts'
import { formatShape, sameShape } from '../util/shape.ts'
import type { Layer } from './layer.ts'
import type { Apply } from './network.ts'

export interface ResidualOptions {
  /** The layers that learn what is added, first to last. */
  readonly branch: readonly Layer[]
  /** Layers on the way around them, where shapes differ; default none. */
  readonly shortcut?: readonly Layer[]
}

/**
 * branch(x) + shortcut(x), inside the body of a network:
 *
 *     network('critic', { images: [28, 28, 1] }, ({ images }, apply) => ({
 *       features: residual(apply, apply(first, images), { branch: [conv, activation({ activation: 'relu' })] }),
 *     }))
 *
 * @throws ShapeError when the two give different shapes
 * @source He et al. 2015, arXiv:1512.03385
 */
export function residual(apply: Apply, x: Value, { branch, shortcut = [] }: ResidualOptions): Value {
  const [made, around] = [apply(branch, x), apply(shortcut, x)]
  if (sameShape(made.shape, around.shape)) return add(around, made)
  const [got, expected] = [made, around].map(({ shape }) => formatShape(shape.slice(1)))
  throw new ShapeError(
    `residual: the branch gives ${got}, what goes around it ${expected}; give a shortcut that makes them alike, such as a Conv2D with a kernel of 1`,
  )
}
