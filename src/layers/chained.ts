// Networks one after the other, as one.
import { checkArgument, NAME } from '../util/arguments.ts'
import { ConfigError, ShapeError } from '../util/errors.ts'
import { formatShape, sameShape } from '../util/shape.ts'
import { copyOf } from './copy.ts'
import type { Network } from './network.ts'
import type { NamedValues } from './ports.ts'
import { inputOf, outputOf } from './use.ts'

/**
 * Two networks as one: the second takes what the first gives. Its weights are those of both, named after it.
 *
 * @param name  of the whole, prefix of all weights
 * @throws ConfigError when both have a layer of one name, or the first has several outputs or the second several inputs; ShapeError when
 *         the second does not take what the first gives
 */
export function chained(name: string, first: Network, second: Network): Network {
  checkArgument('chained', 'its first argument', name, NAME)
  const [given, taken] = [outputOf(first), inputOf(second)]
  if (!sameShape(given.shape, taken.shape))
    throw new ShapeError(
      `chained "${name}": "${second.name}" takes ${formatShape(taken.shape)}, but "${first.name}" gives ${formatShape(given.shape)}`,
    )
  const [front, back] = [copyOf(first, name), copyOf(second, name)]
  const rows = [...front.rows, ...back.rows]
  const names = rows.map((row) => row.name)
  const twice = names.find((row, i) => names.indexOf(row) < i)
  if (twice) throw new ConfigError(`chained "${name}": both networks have a layer named "${twice}"`)
  return {
    name,
    inputs: front.inputs,
    outputs: back.outputs,
    rows,
    weights: [...front.weights, ...back.weights],
    call({ inputs, ...call }) {
      const some = ({ weights }: Network): NamedValues =>
        Object.fromEntries(weights.map((weight) => [weight.name, call.weights[weight.name]!]))
      const below = front.call({ ...call, inputs, weights: some(front) })
      const above = back.call({
        ...call,
        inputs: { [taken.name]: below.outputs[given.name]! },
        weights: some(back),
      })
      return { outputs: above.outputs, updates: { ...below.updates, ...above.updates } }
    },
  }
}
