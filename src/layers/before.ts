// The part of a network that comes before one of its layers: its features.
import { expand } from '../graph/build.ts'
import { constant, inputName, input as inputValue, scalar, sortNodes, type Value } from '../graph/value.ts'
import { ConfigError } from '../util/errors.ts'
import { nearestName } from '../util/nearest-name.ts'
import { type Shape, sizeOf } from '../util/shape.ts'
import type { RandomSource } from './layer.ts'
import type { Network, NetworkCall } from './network.ts'
import type { NamedValues, Ports } from './ports.ts'
import { outputOf, weightInputs } from './use.ts'

/** Asked for nothing, in inference mode. */
const noRandom = {} as RandomSource

/** Random numbers until `isOver`, then anything: what comes of it is not used, and must not be fed. */
function until(random: RandomSource, isOver: () => boolean): RandomSource {
  const anything = (shape: Shape): Value => expand(scalar(0), shape)
  return {
    dropout: (shape, ...more) => (isOver() ? anything(shape) : random.dropout(shape, ...more)),
    uniform: (shape, ...more) => (isOver() ? anything(shape) : random.uniform(shape, ...more)),
    normal: (shape, ...more) => (isOver() ? anything(shape) : random.normal(shape, ...more)),
  }
}

/** What goes into a layer in one call of the network, and what the call made of moving statistics. */
function tapped(network: Network, layer: string, call: NetworkCall): { value: Value; updates: NamedValues } {
  let value: Value | undefined
  const { updates } = network.call({
    ...call,
    random: until(call.random, () => value !== undefined),
    tap(name, input) {
      if (name === layer) value ??= input
    },
  })
  return { value: value!, updates }
}

/** Zeros for inputs that what is wanted does not depend on. */
function padded(ports: Ports, given: NamedValues): NamedValues {
  const batch = Object.values(given)[0]!.shape[0]!
  return Object.fromEntries(
    Object.entries(ports).map(([name, { shape, dtype = 'float32' }]) => {
      const full = [batch, ...shape]
      return [name, given[name] ?? constant(new Float32Array(sizeOf(full)), full, dtype)]
    }),
  )
}

/**
 * A network up to what goes into one of its layers, as the output `features`. It takes the inputs and has the weights on which
 * that depends, by the names that they have; whatever stands between the layers is kept, since the network itself is called.
 *
 * @param layer  the name of a row; of a layer that is applied several times the first application counts
 * @throws ConfigError when there is no such layer, with the nearest name and all there are, and when nothing comes before it
 */
export function before(network: Network, layer: string): Network {
  const { name, rows } = network
  const at = rows.findIndex((row) => row.name === layer)
  if (at < 0) {
    const names = rows.map((row) => row.name)
    const near = nearestName(layer, names)
    throw new ConfigError(
      `network "${name}" has no layer "${layer}"${near ? `; did you mean "${near}"?` : '.'} It has ${names.join(', ')}`,
    )
  }
  const { value } = tapped(network, layer, {
    inputs: Object.fromEntries(
      Object.entries(network.inputs).map(([port, { shape, dtype }]) => [
        port,
        inputValue(port, [1, ...shape], dtype),
      ]),
    ),
    weights: weightInputs(network),
    training: false,
    random: noRandom,
  })
  const read = new Set(
    sortNodes([value]).flatMap((node) => node.outputs.flatMap((each) => inputName(each) ?? [])),
  )
  const inputs = Object.fromEntries(Object.entries(network.inputs).filter(([port]) => read.has(port)))
  if (Object.keys(inputs).length === 0)
    throw new ConfigError(`network "${name}": what goes into "${layer}" does not depend on any input`)
  const weights = network.weights.filter((weight) => read.has(weight.name))
  return {
    name,
    inputs,
    outputs: { features: { shape: value.shape.slice(1) } },
    rows: rows.slice(0, at).filter((row) => row.weights.every((weight) => read.has(weight.name))),
    weights,
    call(call) {
      const found = tapped(network, layer, {
        ...call,
        inputs: padded(network.inputs, call.inputs),
        // Those of later layers are asked for and then not used.
        weights: { ...weightInputs(network), ...call.weights },
      })
      return {
        outputs: { features: found.value },
        updates: Object.fromEntries(Object.entries(found.updates).filter(([weight]) => read.has(weight))),
      }
    },
  }
}

/** A network as a whole, its one output called `features`. */
const whole = (network: Network): Network => {
  const { name, shape } = outputOf(network)
  return {
    ...network,
    outputs: { features: { shape } },
    call(call) {
      const { outputs, updates } = network.call(call)
      return { outputs: { features: outputs[name]! }, updates }
    },
  }
}

/**
 * Features of a network: what goes into one of its layers, see `before`, or what it gives.
 *
 * @param at  the name of a layer, or of its one output
 * @throws ConfigError as `before` does
 */
export const featuresAt = (network: Network, at: string): Network =>
  !network.rows.some(({ name }) => name === at) && Object.hasOwn(network.outputs, at)
    ? whole(network)
    : before(network, at)

/** The last layer of a network that has weights; undefined where none has. */
export const lastLearned = ({ rows }: Network): string | undefined =>
  rows.findLast(({ weights }) => weights.some(({ trainable }) => trainable))?.name
