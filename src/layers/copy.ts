// Copies of networks: the same layers with weights of their own.
import { checkArgument, NAME } from '../util/arguments.ts'
import { NETWORK, type Network, type NetworkWeight } from './network.ts'
import type { NamedValues } from './ports.ts'

/**
 * The same network with weights of its own, which begin with the same numbers: a target network, an average.
 *
 * @param name  of the copy, prefix of its weights
 */
export function copyOf(network: Network, name: string): Network {
  checkArgument('copyOf', 'its first argument', network, NETWORK)
  checkArgument(`a copy of network "${network.name}"`, 'its name', name, NAME)
  const renamed = (full: string): string => name + full.slice(network.name.length)
  const copied = (weight: NetworkWeight): NetworkWeight => ({
    ...weight,
    name: renamed(weight.name),
    startsAs: weight.startsAs ?? weight.name,
  })
  const keyed = (
    values: NamedValues,
    nameOf: (weight: string) => readonly [from: string, to: string],
  ): NamedValues =>
    Object.fromEntries(
      network.weights.flatMap((weight) => {
        const [from, to] = nameOf(weight.name)
        return values[from] ? [[to, values[from]]] : []
      }),
    )
  return {
    name,
    inputs: network.inputs,
    outputs: network.outputs,
    rows: network.rows.map((row) => ({ ...row, weights: row.weights.map(copied) })),
    weights: network.weights.map(copied),
    call(call) {
      const { outputs, updates } = network.call({
        ...call,
        weights: keyed(call.weights, (full) => [renamed(full), full]),
      })
      return { outputs, updates: keyed(updates, (full) => [full, renamed(full)]) }
    },
  }
}
