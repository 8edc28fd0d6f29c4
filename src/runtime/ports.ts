// What goes in and out of graphs and steps, held against what they declare, for every engine alike.
import { type DType, type Graph, inputName, type Signature, type Value } from '../graph/value.ts'
import { ConfigError, ShapeError } from '../util/errors.ts'
import { formatShape, type Shape, sameShape, sizeOf } from '../util/shape.ts'
import type { ArrayWithShape, FeedData, StateArrays, StateEntry, Step, StepFeeds } from './engine.ts'
import { typeOf } from './tensors.ts'

/** What a step may be fed with and give out. */
const FEED_ARRAYS: Readonly<Partial<Record<DType, { readonly BYTES_PER_ELEMENT: number }>>> = {
  float32: Float32Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  bool: Uint8Array,
}

export type Ports = ReadonlyMap<string, Signature>

const quoted = (names: Iterable<string>): string => [...names].map((name) => `"${name}"`).join(', ') || 'none'
const described = ({ dtype, shape }: { readonly dtype: string; readonly shape: Shape }): string =>
  `${dtype} ${formatShape(shape)}`

/** The inputs of a graph by name. */
export const inputsOf = (graph: Graph): Map<string, Value> =>
  new Map(graph.inputs.map((value) => [inputName(value) ?? '', value]))

/** Whether numbers of this kind are what a port takes; bytes are booleans where those are expected. */
const fits = (data: ArrayWithShape['data'], dtype: DType, given?: DType | 'float16'): boolean => {
  const type = given ?? typeOf(data)
  return type === dtype || (given === undefined && dtype === 'bool' && type === 'uint8')
}

/** @throws ConfigError when names are missing, or there that nobody asked for */
function checkNames(what: string, ports: Ports, given: object): void {
  for (const name of ports.keys())
    if (!Object.hasOwn(given, name))
      throw new ConfigError(
        `${what} needs "${name}", ${described(ports.get(name)!)}; got ${quoted(Object.keys(given))}`,
      )
  for (const name of Object.keys(given))
    if (!ports.has(name))
      throw new ConfigError(`${what} takes no "${name}"; it takes ${quoted(ports.keys())}`)
}

/** A message with memory that is no longer ours would just be lost. */
function checkFilled(what: string, data: ArrayWithShape['data'], shape: Shape): void {
  if (data.length !== sizeOf(shape))
    throw new ShapeError(
      `${what} ${formatShape(shape)} needs ${sizeOf(shape)} numbers, got ${data.length}${data.buffer.byteLength === 0 ? '; its memory may have been handed over to an earlier call' : ''}`,
    )
}

/**
 * Holds what a graph is given against its inputs.
 *
 * @returns the same, with the type of the input where the array alone does not say it
 */
export function checkGiven(
  graph: string,
  ports: Ports,
  feeds: Readonly<Record<string, ArrayWithShape>>,
): Record<string, ArrayWithShape> {
  checkNames(`"${graph}"`, ports, feeds)
  return Object.fromEntries(
    [...ports].map(([name, port]) => {
      const { data, shape, dtype } = feeds[name]!
      if (!sameShape(shape, port.shape) || !fits(data, port.dtype, dtype))
        throw new ShapeError(
          `input "${name}" of "${graph}" is ${described(port)}, got ${described({ shape, dtype: dtype ?? typeOf(data) })}`,
        )
      checkFilled(`input "${name}" of "${graph}"`, data, shape)
      return [name, { data, shape, dtype: port.dtype }]
    }),
  )
}

/** What a step declares, looked up in its graph. */
export interface StepPorts {
  readonly name: string
  readonly perStep: Ports
  readonly shared: Ports
  readonly fed: Ports
  /** Bytes of one step's feeds and kept outputs. */
  readonly bytesPerStep: number
}

/** @throws ConfigError or ShapeError when the graph has not what the step says, or of a kind that cannot be */
export function portsOf({ name, graph, state, perStep, shared = [], outputs }: Step): StepPorts {
  const inputs = inputsOf(graph)
  const pick = (names: readonly string[]): Map<string, Value> =>
    new Map(
      names.map((key) => {
        const value = inputs.get(key)
        if (!value)
          throw new ConfigError(`step "${name}" has no input "${key}"; it has ${quoted(inputs.keys())}`)
        return [key, value]
      }),
    )
  for (const [key, value] of pick(state.map(({ input }) => input))) {
    const { shape } = state.find(({ input }) => input === key)!
    if (value.dtype !== 'float32' || !sameShape(value.shape, shape))
      throw new ShapeError(
        `state "${key}" of step "${name}" is said to be float32 ${formatShape(shape)}, in the graph it is ${described(value)}`,
      )
  }
  const bytesOf = (what: string, { dtype, shape }: Signature): number => {
    const kind = FEED_ARRAYS[dtype]
    if (!kind)
      throw new ConfigError(
        `${what} of step "${name}" is ${dtype}; expected one of ${Object.keys(FEED_ARRAYS).join(', ')}: cast it in the graph`,
      )
    return kind.BYTES_PER_ELEMENT * sizeOf(shape)
  }
  const [each, same] = [pick(perStep), pick(shared)]
  for (const [key, value] of same) bytesOf(`input "${key}"`, value)
  const fed = [...each].map(([key, value]) => bytesOf(`input "${key}"`, value))
  const kept = outputs
    // Missing ones are named by whoever writes the loop.
    .filter((key) => Object.hasOwn(graph.outputs, key))
    .map((key) => bytesOf(`output "${key}"`, graph.outputs[key]!))
  return {
    name,
    perStep: each,
    shared: same,
    fed: new Map([...each, ...same]),
    bytesPerStep: [...fed, ...kept].reduce((sum, bytes) => sum + bytes, 0),
  }
}

/**
 * Holds the feeds of a call against the step's ports.
 *
 * @returns the number of steps
 */
export function checkFeeds({ name: step, perStep, shared, fed }: StepPorts, feeds: StepFeeds): number {
  checkNames(`step "${step}"`, fed, feeds)
  const check = (name: string, dtype: DType, expected: Shape | undefined, wanted: string): void => {
    const { data, shape } = feeds[name]!
    if (!fits(data, dtype) || !expected || !sameShape(shape, expected))
      throw new ShapeError(
        `feed "${name}" of step "${step}" is ${dtype} ${wanted}, got ${described({ dtype: typeOf(data), shape })}`,
      )
    checkFilled(`feed "${name}"`, data, shape)
  }
  const steps = feeds[[...perStep.keys()][0]!]!.shape[0]!
  for (const [name, { dtype, shape }] of perStep)
    check(name, dtype, steps >= 1 ? [steps, ...shape] : undefined, `[steps, ${formatShape(shape).slice(1)}`)
  for (const [name, { dtype, shape }] of shared) check(name, dtype, shape, formatShape(shape))
  return steps
}

/** The arrays of a state, those alone. */
export function checkState(state: readonly StateEntry[], arrays: StateArrays): StateArrays {
  return Object.fromEntries(
    state.map(({ input: name, shape }) => {
      const data = Object.hasOwn(arrays, name) ? arrays[name] : undefined
      if (!data) throw new ConfigError(`state "${name}" was not given; got ${quoted(Object.keys(arrays))}`)
      if (!(data instanceof Float32Array) || data.length !== sizeOf(shape))
        throw new ShapeError(
          `state "${name}" ${formatShape(shape)} needs ${sizeOf(shape)} numbers of float32, got ${(data as FeedData).length} of ${typeOf(data)}`,
        )
      return [name, data]
    }),
  )
}

/** The inputs of a graph that a state fills, and those that must be given. */
export function portsBeside(
  state: readonly StateEntry[],
  graph: Graph,
  name: string,
): { readonly resident: readonly string[]; readonly given: Ports } {
  const inputs = inputsOf(graph)
  const resident: string[] = []
  for (const { input, shape } of state) {
    const value = inputs.get(input)
    if (!value) continue
    if (value.dtype !== 'float32' || !sameShape(value.shape, shape))
      throw new ShapeError(
        `input "${input}" of "${name}" is ${described(value)}, the program's state of that name is float32 ${formatShape(shape)}`,
      )
    resident.push(input)
    inputs.delete(input)
  }
  return { resident, given: inputs }
}
