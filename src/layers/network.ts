// Networks: named stacks of layers whose weights live outside them.
import type { Value } from '../graph/value.ts'
import { checkArgument, checkArguments, listOf, NAME, SHAPE, withParts } from '../util/arguments.ts'
import { ConfigError, ShapeError } from '../util/errors.ts'
import { formatShape, type Shape, sameShape, sizeOf } from '../util/shape.ts'
import { LAYER, type Layer, type RandomSource, type WeightSpec } from './layer.ts'

/** A weight of a network; its name is `network/layer/weight`. */
export type NetworkWeight = WeightSpec

export interface NetworkCall {
  /** The input, batch first. */
  readonly input: Value
  /** The network's weights by full name. */
  readonly weights: Readonly<Record<string, Value>>
  readonly training: boolean
  readonly random: RandomSource
}

export interface NetworkResult {
  readonly output: Value
  /** New values of weights that are not trainable, by full name. */
  readonly updates: Readonly<Record<string, Value>>
}

/** One row of a network: a layer with its place. Shapes are without the batch axis. */
export interface NetworkRow {
  readonly name: string
  readonly layer: Layer
  readonly inputShape: Shape
  readonly outputShape: Shape
  readonly weights: readonly NetworkWeight[]
}

/** Anything with weights that maps one tensor to another. */
export interface Network {
  readonly name: string
  readonly inputShape: Shape
  readonly outputShape: Shape
  readonly rows: readonly NetworkRow[]
  readonly weights: readonly NetworkWeight[]
  call(call: NetworkCall): NetworkResult
}

/** What `checkArguments` takes for a network. */
export const NETWORK = withParts(
  "a network, such as sequential({ name: 'generator', input: [100] }, layers)",
  {
    methods: ['call'],
    lists: ['inputShape', 'outputShape', 'rows', 'weights'],
  },
)

/** Keras' rule with hyphens: `conv2d-transpose`, `leaky-re-lu`. */
const kebab = (type: string): string =>
  type
    .replace(/(.)([A-Z][a-z]+)/g, '$1-$2')
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()

/**
 * A stack of layers, as Keras' Sequential.
 *
 * @param options.name   prefix of all weight names
 * @param options.input  shape of one example, without the batch axis
 * @param layers         first to last; unnamed ones are called after their type: `dense`, `dense-1`, ...
 * @throws ConfigError for arguments that are missing or of another kind; ShapeError naming the layer that does not take
 *         the shape before it
 */
export function sequential(
  options: { readonly name: string; readonly input: Shape },
  layers: readonly Layer[],
): Network {
  checkArguments('sequential', options, { name: NAME, input: SHAPE })
  const { name, input } = options
  checkArgument(`sequential "${name}"`, 'its second argument, the layers,', layers, listOf(LAYER))
  const used = new Set<string>()
  const nameOf = (layer: Layer): string => {
    const base = layer.name ?? kebab(layer.type)
    let free = base
    for (let count = 1; used.has(free); count++) {
      if (layer.name) throw new ConfigError(`network "${name}" has two layers named "${base}"`)
      free = `${base}-${count}`
    }
    used.add(free)
    return free
  }
  let shape = input
  const rows = layers.map((layer): NetworkRow => {
    const rowName = nameOf(layer)
    try {
      const weights = layer
        .weights(shape)
        .map((spec) => ({ ...spec, name: `${name}/${rowName}/${spec.name}` }))
      const row = { name: rowName, layer, inputShape: shape, outputShape: layer.outputShape(shape), weights }
      shape = row.outputShape
      return row
    } catch (error) {
      if (error instanceof ShapeError)
        throw new ShapeError(`${layer.type} "${name}/${rowName}": ${error.message}`)
      throw error
    }
  })
  return {
    name,
    inputShape: input,
    outputShape: shape,
    rows,
    weights: rows.flatMap((row) => row.weights),
    call({ input: given, weights, training, random }) {
      if (!sameShape(given.shape.slice(1), input))
        throw new ShapeError(
          `network "${name}" takes [batch, ${input.join(', ')}], got ${formatShape(given.shape)}`,
        )
      const updates: Record<string, Value> = {}
      let value = given
      for (const row of rows) {
        const prefix = `${name}/${row.name}/`
        const own: Record<string, Value> = {}
        for (const { name: full } of row.weights) {
          const weight = weights[full]
          if (!weight) throw new ShapeError(`network "${name}": weight "${full}" was not given`)
          own[full.slice(prefix.length)] = weight
        }
        const result = row.layer.call({ input: value, weights: own, training, random })
        for (const [short, update] of Object.entries(result.updates ?? {})) updates[prefix + short] = update
        value = result.output
      }
      return { output: value, updates }
    },
  }
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
