// Networks: functions of named values, made of layers, whose weights live outside them.
import { input as inputValue, type Value } from '../graph/value.ts'
import {
  checkArgument,
  checkArguments,
  FUNCTION,
  listOf,
  NAME,
  recordOf,
  withParts,
} from '../util/arguments.ts'
import { ConfigError, ShapeError } from '../util/errors.ts'
import { formatShape, type Shape, sameShape } from '../util/shape.ts'
import { LAYER, type Layer, type RandomSource, type WeightSpec } from './layer.ts'
import { checkInputs, type NamedValues, PORT, type Port, type Ports, portOf, VALUE } from './ports.ts'
import { INPUT, inputPort, OPTIONAL_NAME, type SequentialOptions } from './short-form.ts'

/** A weight of a network; its name is `network/layer/weight`. */
export interface NetworkWeight extends WeightSpec {
  /** The weight with whose numbers it begins, for copies; default its own. */
  readonly startsAs?: string
}

export interface NetworkCall {
  /** The inputs by name, batch first. */
  readonly inputs: NamedValues
  /** The network's weights by full name. */
  readonly weights: NamedValues
  readonly training: boolean
  readonly random: RandomSource
  /** See `LayerCall`; default false. */
  readonly beginning?: boolean
  /** Is told what goes into every layer, as it is applied. */
  readonly tap?: ((layer: string, input: Value) => void) | undefined
}

export interface NetworkResult {
  /** By name, batch first. */
  readonly outputs: NamedValues
  /** New values of weights that are not trainable, by full name; at the beginning, of any. */
  readonly updates: NamedValues
}

/** One row of a network: a layer with its place. Shapes are without the batch axis. */
export interface NetworkRow {
  readonly name: string
  readonly layer: Layer
  readonly inputShape: Shape
  readonly outputShape: Shape
  readonly weights: readonly NetworkWeight[]
}

/** Anything with weights that makes named values of named values. */
export interface Network {
  readonly name: string
  readonly inputs: Ports
  readonly outputs: Ports
  readonly rows: readonly NetworkRow[]
  readonly weights: readonly NetworkWeight[]
  call(call: NetworkCall): NetworkResult
}

/** What `checkArguments` takes for a network. */
export const NETWORK = withParts(
  "a network, such as sequential({ name: 'generator', input: [100] }, layers)",
  { methods: ['call'], lists: ['rows', 'weights'] },
)

/** Applies a layer, or several one after the other. The same layer applied twice shares its weights. */
export type Apply = (layers: Layer | readonly Layer[], input: Value) => Value

/** Keras' rule with hyphens: `conv2d-transpose`, `leaky-re-lu`. */
const kebab = (type: string): string =>
  type
    .replace(/(.)([A-Z][a-z]+)/g, '$1-$2')
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()

/** The layers of a network while they are found, each with a name of its own. */
function newRows(name: string) {
  const rows: NetworkRow[] = []
  const used = new Set<string>()
  const known = new Map<Layer, NetworkRow>()
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
  /** The row of a layer for inputs of this shape. */
  const add = (layer: Layer, shape: Shape): NetworkRow => {
    const before = known.get(layer)
    if (before && sameShape(before.inputShape, shape)) return before
    if (before)
      throw new ShapeError(
        `${layer.type} "${name}/${before.name}" is shared: expected inputs ${formatShape(before.inputShape)} as the first time, got ${formatShape(shape)}`,
      )
    const rowName = nameOf(layer)
    try {
      const weights = layer
        .weights(shape)
        .map((spec) => ({ ...spec, name: `${name}/${rowName}/${spec.name}` }))
      const row = { name: rowName, layer, inputShape: shape, outputShape: layer.outputShape(shape), weights }
      rows.push(row)
      if (weights.length > 0) known.set(layer, row)
      return row
    } catch (error) {
      if (error instanceof ShapeError)
        throw new ShapeError(`${layer.type} "${name}/${rowName}": ${error.message}`)
      throw error
    }
  }
  return { rows, add }
}

/** How a body is written into a graph: the layers as they come, with the weights of a call. */
const applying =
  (
    name: string,
    next: (layer: Layer) => NetworkRow,
    { weights, training, random, beginning = false, tap }: Omit<NetworkCall, 'inputs'>,
    updates: Record<string, Value>,
  ): Apply =>
  (layers, given) => {
    let value = given
    for (const layer of [layers].flat() as Layer[]) {
      const row = next(layer)
      tap?.(row.name, value)
      const prefix = `${name}/${row.name}/`
      const own: Record<string, Value> = {}
      for (const { name: full } of row.weights) {
        // A second call moves the moving statistics on from where the first left them.
        const weight = updates[full] ?? weights[full]
        if (!weight) throw new ShapeError(`network "${name}": weight "${full}" was not given`)
        own[full.slice(prefix.length)] = weight
      }
      const result = row.layer.call({ input: value, weights: own, training, random, beginning })
      for (const [short, update] of Object.entries(result.updates ?? {})) updates[prefix + short] = update
      value = result.output
    }
    return value
  }

type Body = (inputs: NamedValues, apply: Apply) => NamedValues

function fromBody(name: string, inputs: Ports, build: Body): Network {
  const found = newRows(name)
  /** The rows in the order in which the body asks for them: the same at every call. */
  const order: NetworkRow[] = []
  const traced = build(
    Object.fromEntries(
      Object.entries(inputs).map(([port, { shape, dtype }]) => [
        port,
        inputValue(port, [1, ...shape], dtype),
      ]),
    ),
    (layers, given) =>
      ([layers].flat() as Layer[]).reduce((value, layer) => {
        checkArgument(`network "${name}"`, 'what is applied', layer, LAYER)
        const row = found.add(layer, value.shape.slice(1))
        order.push(row)
        return inputValue('traced', [1, ...row.outputShape])
      }, given),
  )
  checkArgument(`network "${name}"`, 'what its body gives', traced, recordOf(VALUE))
  for (const [port, { shape }] of Object.entries(traced))
    if (shape[0] !== 1)
      throw new ShapeError(
        `network "${name}": output "${port}" must have the batch as its first axis; of one example it is ${formatShape(shape)}`,
      )
  const outputs = Object.fromEntries(
    Object.entries(traced).map(([port, { shape, dtype }]): [string, Port] => [
      port,
      { shape: shape.slice(1), ...(dtype === 'int64' ? { dtype } : {}) },
    ]),
  )
  return {
    name,
    inputs,
    outputs,
    rows: found.rows,
    weights: found.rows.flatMap((row) => row.weights),
    call({ inputs: given, ...call }) {
      checkInputs(name, inputs, given)
      const updates: Record<string, Value> = {}
      let at = 0
      return {
        outputs: build(
          given,
          applying(name, () => order[at++]!, call, updates),
        ),
        updates,
      }
    },
  }
}

/**
 * A network of named inputs and outputs, as Keras' functional models: layers are applied to values, between which any
 * operators may stand.
 *
 *     network('generator', { z: [100], label: { shape: [], dtype: 'int64' } }, ({ z, label }, apply) => ({
 *       images: apply(stack, concat([z, apply(embedding({ inputDim: 10, outputDim: 50 }), label)], 1)),
 *     }))
 *
 * @param name    prefix of all weight names
 * @param inputs  shape of one example of each, without the batch axis, or a port with a type
 * @param build   writes the outputs; called anew for every use, it must apply the same layers in the same order. A layer
 *                that is applied twice has one set of weights. Make layers outside of it
 * @throws ConfigError for arguments that are missing or of another kind; ShapeError naming the layer that does not take
 *         the shape before it
 */
export function network(
  name: string,
  inputs: Readonly<Record<string, Shape | Port>>,
  build: (inputs: NamedValues, apply: Apply) => NamedValues,
): Network {
  checkArgument('network', 'its first argument, the name,', name, NAME)
  checkArgument(`network "${name}"`, 'its second argument, the inputs,', inputs, recordOf(PORT))
  checkArgument(`network "${name}"`, 'its third argument, the body,', build, FUNCTION)
  const ports = Object.fromEntries(Object.entries(inputs).map(([port, given]) => [port, portOf(given)]))
  return fromBody(name, ports, build)
}

/**
 * A stack of layers, as Keras' Sequential: a network of one input and one output.
 *
 * @param layers  first to last; unnamed ones are called after their type: `dense`, `dense-1`, ...
 * @throws ConfigError for arguments that are missing or of another kind; ShapeError naming the layer that does not take
 *         the shape before it
 */
export function sequential(options: SequentialOptions, layers: readonly Layer[]): Network {
  checkArguments('sequential', options, { name: NAME, input: INPUT, output: OPTIONAL_NAME })
  const { name, output = 'output' } = options
  checkArgument(`sequential "${name}"`, 'its second argument, the layers,', layers, listOf(LAYER))
  const [input, shape] = inputPort(options.input)
  return fromBody(name, { [input]: { shape } }, (given, apply) => ({
    [output]: apply(layers, given[input]!),
  }))
}
