// Loops in a graph: a body that runs a fixed number of times on what it carries.
import { ConfigError, ShapeError } from '../util/errors.ts'
import { formatShape, sameShape } from '../util/shape.ts'
import { applyAll } from './ops.ts'
import { type Graph, input, sortNodes, type Value } from './value.ts'

/** A body that reads nothing but its inputs: what it carries, and then what was computed outside. */
export interface ClosedBody {
  readonly body: Graph
  /** What the inputs after the carried ones take, in their order. */
  readonly captured: readonly Value[]
}

/**
 * Closes the body of a loop: what it reads from outside becomes an input. Constants stay where they are.
 *
 * @param carried    inputs that hold what the passes before left
 * @param next       what one pass makes of it, in the same order
 * @param isOutside  of values in the body: whether they are computed before the loop. Of a value that is, so must all be that
 *                   it is computed from
 */
export function closeBody(
  carried: readonly Value[],
  next: readonly Value[],
  isOutside: (value: Value) => boolean,
): ClosedBody {
  const inside = new Map<Value, Value>(carried.map((value) => [value, value]))
  const captured: Value[] = []
  const ports: Value[] = []
  const now = (value: Value): Value => {
    const known = inside.get(value)
    if (known || value.node.op === 'Constant' || !isOutside(value)) return known ?? value
    const port = input(`given-${captured.length}`, value.shape, value.dtype)
    captured.push(value)
    ports.push(port)
    inside.set(value, port)
    return port
  }
  for (const node of sortNodes(next)) {
    if (node.op === 'Input' || node.op === 'Constant' || isOutside(node.outputs[0]!)) continue
    const inputs = node.inputs.map(now)
    if (inputs.every((value, i) => value === node.inputs[i])) continue
    const outputs = applyAll(node.op, inputs, node.attributes, node.label)
    node.outputs.forEach((value, i) => void inside.set(value, outputs[i]!))
  }
  const outputs = Object.fromEntries(next.map((value, i) => [`next-${i}`, now(value)]))
  return { body: { inputs: [...carried, ...ports], outputs }, captured }
}

/**
 * Runs a body a fixed number of times: a loop in the graph, not copies of the body.
 *
 *     const [x] = repeat(40, [start], ([x]) => [ascended(x)])
 *
 * The body is written once. What it makes is computed in every pass; what was made before, weights or a batch, is the same in
 * all of them, and so are random numbers, even those that it asks for itself. What it makes belongs to the loop and must not be
 * used outside.
 *
 * The result is a constant for whoever differentiates, as after `stopGradient`; within the body gradients can be taken.
 *
 * @param times    passes, at least 1
 * @param initial  what is carried into the first pass
 * @param body     from what is carried to what the next pass carries, with the same shapes and types
 * @returns what the last pass leaves
 * @throws ConfigError for a number of passes that is none; ShapeError when a pass changes number, shape or type of what is carried
 */
export function repeat(
  times: number,
  initial: readonly Value[],
  body: (carried: readonly Value[]) => readonly Value[],
): readonly Value[] {
  if (!Number.isInteger(times) || times < 1)
    throw new ConfigError(`repeat: times must be an integer with times >= 1, got ${times}`)
  if (initial.length === 0) throw new ConfigError('repeat: a loop that carries nothing has no result')
  const carried = initial.map(({ shape, dtype }, i) => input(`carried-${i}`, shape, dtype))
  const next = body(carried)
  if (next.length !== carried.length)
    throw new ShapeError(`repeat: the body is given ${carried.length} values and returns ${next.length}`)
  next.forEach(({ dtype, shape }, i) => {
    const before = carried[i]!
    if (dtype !== before.dtype || !sameShape(shape, before.shape))
      throw new ShapeError(
        `repeat: value ${i} is ${before.dtype} ${formatShape(before.shape)} before a pass and ${dtype} ${formatShape(shape)} after it`,
      )
  })
  // Values are numbered as they are made: those of the body after its inputs. What is fed is fed from outside.
  const first = carried[0]!.id
  const closed = closeBody(carried, next, ({ id, node }) => id < first || node.op === 'Input')
  const { body: graph, captured } = closed
  return applyAll('Repeat', [...initial, ...captured], { body: graph, times, carried: carried.length })
}
