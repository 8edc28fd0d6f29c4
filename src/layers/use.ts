// Using networks: their ports, weights and parts.
import { input as inputValue, type Value } from '../graph/value.ts'
import { ConfigError } from '../util/errors.ts'
import { sizeOf } from '../util/shape.ts'
import { type Network, type NetworkCall, type NetworkRow, sequential } from './network.ts'
import { describePorts, type NamedValues, type Port } from './ports.ts'

/** A port with its name. */
export interface NamedPort extends Port {
  readonly name: string
}

function only(network: Network, kind: 'inputs' | 'outputs'): NamedPort {
  const ports = Object.entries(network[kind])
  if (ports.length !== 1)
    throw new ConfigError(
      `network "${network.name}" has the ${kind} ${describePorts(network[kind])}; expected one: give or take them by name`,
    )
  const [name, port] = ports[0]!
  return { name, ...port }
}

/** The input of a network that has one. @throws ConfigError when it has several */
export const inputOf = (network: Network): NamedPort => only(network, 'inputs')

/** One of the outputs of a network. @throws ConfigError when it has none of this name */
export function outputNamed(network: Network, name: string): NamedPort {
  const { outputs } = network
  if (!Object.hasOwn(outputs, name))
    throw new ConfigError(
      `network "${network.name}" has no output "${name}"; it has ${describePorts(outputs)}`,
    )
  return { name, ...outputs[name]! }
}

/** The output of a network that has one. @throws ConfigError when it has several */
export const outputOf = (network: Network): NamedPort => only(network, 'outputs')

/** The weights of networks as inputs of a graph, by full name. */
export const weightInputs = (...networks: readonly Network[]): Record<string, Value> =>
  Object.fromEntries(
    networks.flatMap(({ weights }) => weights.map(({ name, shape }) => [name, inputValue(name, shape)])),
  )

/** Calls a network of one input and one output. */
export function callNetwork(
  network: Network,
  { input, ...call }: Omit<NetworkCall, 'inputs'> & { readonly input: Value },
): { readonly output: Value; readonly updates: NamedValues } {
  const { outputs, updates } = network.call({ ...call, inputs: { [inputOf(network).name]: input } })
  return { output: outputs[outputOf(network).name]!, updates }
}

/**
 * A stack cut in two: the layers up to and including the one of this name, and the rest. Weights keep their names.
 *
 * @param network  made by `sequential`
 * @throws ConfigError when there is no such layer, or none after it
 */
export function splitAfter(network: Network, layer: string): { head: Network; tail: Network } {
  const { name, rows } = network
  const at = rows.findIndex((row) => row.name === layer) + 1
  if (at === 0 || at === rows.length)
    throw new ConfigError(
      `network "${name}": expected a layer "${layer}" with others after it, got ${rows.map((row) => row.name).join(', ')}`,
    )
  const stack = (some: readonly NetworkRow[]): Network =>
    sequential(
      { name, input: some[0]!.inputShape },
      some.map((row) => ({ ...row.layer, name: row.name })),
    )
  return { head: stack(rows.slice(0, at)), tail: stack(rows.slice(at)) }
}

/** Number of parameters of a network, as Keras counts them. */
export function countParameters(network: Network): {
  total: number
  trainable: number
  nonTrainable: number
} {
  const count = (wanted: boolean): number =>
    network.weights
      .filter(({ trainable }) => trainable === wanted)
      .reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  const trainable = count(true)
  const nonTrainable = count(false)
  return { total: trainable + nonTrainable, trainable, nonTrainable }
}
