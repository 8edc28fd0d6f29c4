// Reverse-mode differentiation: a walk from an output back to the values it depends on.
import { add, expand, sumTo } from '../graph/build.ts'
import { type Node, scalar, sortNodes, type Value } from '../graph/value.ts'
import { ShapeError, UnsupportedError } from '../util/errors.ts'
import { formatShape, sameShape } from '../util/shape.ts'
import { GRADIENTS } from './gradients.ts'

const contributesNothing = ({ op }: Node): boolean => {
  const rule = GRADIENTS[op]
  return typeof rule === 'object' && rule.meaning === 'zero'
}

const isFloat = (value: Value): boolean => value.dtype === 'float32' || value.dtype === 'float64'

/**
 * The gradients of `y` with respect to each of `wrt`, as values of the same graph. The result is made of core
 * operators only, so it can be differentiated again.
 *
 * @param y    a scalar, or any value when `dy` is given
 * @param wrt  values that `y` may depend on: inputs, weights or any value in between
 * @param options.dy         the gradient with respect to `y`, of its shape; default 1
 * @param options.constants  values to be taken as constants although they are computed from `wrt`, such as weights
 *                           that an earlier update has made
 * @returns gradients in the order and with the shapes of `wrt`; zeros where `y` does not depend on a value
 * @throws UnsupportedError naming the operator when one on the way has no rule
 */
export function gradients(
  y: Value,
  wrt: readonly Value[],
  { dy, constants = [] }: { readonly dy?: Value | undefined; readonly constants?: Iterable<Value> } = {},
): Value[] {
  if (!dy && y.shape.length > 0)
    throw new ShapeError(`gradients: y must be a scalar, got ${formatShape(y.shape)}; reduce it or give dy`)
  if (dy && !sameShape(dy.shape, y.shape))
    throw new ShapeError(
      `gradients: dy must have y's shape ${formatShape(y.shape)}, got ${formatShape(dy.shape)}`,
    )

  const order = sortNodes([y])
  // Only values on a path from `wrt` to `y` get a gradient. Operators that contribute nothing end a path: what lies behind
  // them needs no rule.
  const wanted = new Set<Value>(wrt)
  const fixed = new Set<Value>(constants)
  for (const node of order)
    if (!contributesNothing(node) && node.inputs.some((value) => wanted.has(value)))
      for (const output of node.outputs) if (!fixed.has(output)) wanted.add(output)

  const found = new Map<Value, Value>([[y, dy ?? scalar(1, y.dtype)]])
  for (const node of order.reverse()) {
    const output = node.outputs[0]!
    const upstream = found.get(output)
    if (!upstream || fixed.has(output) || !node.inputs.some((value) => wanted.has(value) && isFloat(value)))
      continue
    const rule = GRADIENTS[node.op]
    const missing = !rule
      ? 'it is not in the table'
      : typeof rule === 'object' && rule.meaning === 'error'
        ? rule.reason
        : ''
    if (!rule || missing)
      throw new UnsupportedError(
        `no gradient rule for operator ${node.op}${node.label ? ` "${node.label}"` : ''}: ${missing}`,
      )
    if (typeof rule !== 'function') continue
    const parts = rule({ x: node.inputs, y: output, dy: upstream, attributes: node.attributes })
    node.inputs.forEach((value, i) => {
      const part = parts[i]
      if (!part || !wanted.has(value) || !isFloat(value)) return
      const summed = sumTo(part, value.shape)
      const before = found.get(value)
      found.set(value, before ? add(before, summed) : summed)
    })
  }
  return wrt.map((value) => {
    const gradient = found.get(value)
    return gradient ? expand(gradient, value.shape) : expand(scalar(0, value.dtype), value.shape)
  })
}
