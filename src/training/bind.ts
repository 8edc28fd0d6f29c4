// Networks as the phases of a step see them.
import type { Value } from '../graph/value.ts'
import type { RandomSource } from '../layers/layer.ts'
import type { Network } from '../layers/network.ts'
import type { NamedValues } from '../layers/ports.ts'
import { inputOf, outputOf } from '../layers/use.ts'
import type { BoundNetwork, Given } from '../objectives/phase.ts'
import { ConfigError, ShapeError } from '../util/errors.ts'
import { formatShape, sameShape } from '../util/shape.ts'

/** Where a bound network's weights are, and what becomes of its moving statistics. */
export interface Binding {
  readonly network: Network
  /** The weights at this moment, by full name. */
  weights(): NamedValues
  /** False where inference is meant whatever is asked, as in validation. */
  readonly training: boolean
  readonly random: RandomSource
  /** Takes new moving statistics of a call in training mode; absent where the network does not learn. */
  readonly keep?: ((updates: NamedValues) => void) | undefined
  /** Slots of an optimizer and updates made, for a network that looks ahead. */
  readonly ahead?: Ahead
}

/** How far a network has been updated within a phase, without anything being kept. */
export interface Ahead {
  readonly updates: number
  /** The optimizer's slots after these updates, by weight and slot. */
  readonly slots: NamedValues
}

export const isValue = (given: Given): given is Value =>
  typeof (given as { dtype?: unknown }).dtype === 'string'

/** The inputs of a network by name. @throws ConfigError for a bare value where the network takes several */
export const inputsOf = (network: Network, given: Given): NamedValues =>
  isValue(given) ? { [inputOf(network).name]: given } : given

/** `layer/weight` of a full name. */
export const localName = (network: Network, full: string): string => full.slice(network.name.length + 1)

/**
 * Weights of a network by full name, from those by `layer/weight`.
 *
 * @throws ConfigError for a weight that the network does not have; ShapeError for another shape
 */
export function namedWeights(network: Network, weights: NamedValues): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(weights).map(([local, value]) => {
      const full = `${network.name}/${local}`
      const spec = network.weights.find(({ name }) => name === full)
      if (!spec)
        throw new ConfigError(
          `network "${network.name}" has no weight "${local}"; it has ${network.weights.map(({ name }) => localName(network, name)).join(', ')}`,
        )
      if (!sameShape(spec.shape, value.shape))
        throw new ShapeError(
          `weight "${local}" of network "${network.name}" is ${formatShape(spec.shape)}, got ${formatShape(value.shape)}`,
        )
      return [full, value]
    }),
  )
}

/** What a bound network is made of, for those who look ahead with it. */
const bindings = new WeakMap<BoundNetwork, Binding>()

/** @throws ConfigError for anything but a network that a phase was given, or one made `with` other weights */
export function bindingOf(bound: BoundNetwork): Binding {
  const found = bindings.get(bound)
  if (!found) throw new ConfigError('expected a network of this phase, such as networks.discriminator')
  return found
}

/** A network to be called in a phase. */
export function bind(binding: Binding): BoundNetwork {
  const { network, training, random, keep } = binding
  const call = (given: Given, asTraining: boolean): NamedValues => {
    const { outputs, updates } = network.call({
      inputs: inputsOf(network, given),
      weights: binding.weights(),
      training: asTraining && training,
      random,
    })
    if (asTraining) keep?.(updates)
    return outputs
  }
  const pick = (wanted: (weight: { trainable: boolean }) => boolean): NamedValues => {
    const now = binding.weights()
    return Object.fromEntries(
      network.weights.filter(wanted).map(({ name }) => [localName(network, name), now[name]!]),
    )
  }
  const only = (outputs: NamedValues): Value => outputs[outputOf(network).name]!
  const bound: BoundNetwork = Object.defineProperties(
    Object.assign((given: Given) => only(call(given, true)), {
      inference: (given: Given) => only(call(given, false)),
      outputs: (given: Given) => call(given, true),
      with: (weights: NamedValues) => {
        const changed = namedWeights(network, weights)
        const { ahead: _, keep: __, ...rest } = binding
        return bind({ ...rest, weights: () => ({ ...binding.weights(), ...changed }) })
      },
    }),
    {
      weights: { get: () => pick(() => true) },
      trainable: { get: () => pick(({ trainable }) => trainable) },
    },
  ) as unknown as BoundNetwork
  bindings.set(bound, binding)
  return bound
}
