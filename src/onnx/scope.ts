// What the graphs of one model share: names, and lengths that depend on the batch size.
import type { Value } from '../graph/value.ts'
import { ConfigError, UnsupportedError } from '../util/errors.ts'
import { intAttribute, intsAttribute } from './attributes.ts'
import { isFixed, shapeOf, type Twins } from './batch-twin.ts'
import type { NodeProto, ValueInfoProto } from './proto.ts'
import { elementTypes } from './tensor-proto.ts'

/** What all graphs of one model share. */
export interface Scope {
  /** Takes a name: the one asked for, or with a number behind it when that is taken. */
  unique(name: string): string
  /** Takes exactly this name; a name that is taken already is an error. */
  exact(name: string, what: string): string
  /** Domains of operators in use beside ONNX' own. */
  readonly domains: Set<string>
  readonly twins: Twins | undefined
  /** The symbol of the batch size, and the value to read it from. */
  readonly batch: { readonly symbol: string; readonly source: Value | undefined }
  /** Nodes that go before all others of the outermost graph. */
  readonly prologue: NodeProto[]
  /** Names of lengths that the prologue computes. */
  readonly computed: Map<string, string>
}

export function newScope(twins?: Twins, batch: Scope['batch'] = { symbol: 'N', source: undefined }): Scope {
  const used = new Set<string>()
  const unique = (name: string): string => {
    let candidate = name
    for (let i = 1; used.has(candidate); i++) candidate = `${name}_${i}`
    used.add(candidate)
    return candidate
  }
  const exact = (name: string, what: string): string => {
    if (name === '') throw new ConfigError(`${what} needs a name that is not empty`)
    if (used.has(name))
      throw new ConfigError(
        `${what} "${name}" has a name that another input, output or weight has; rename it`,
      )
    used.add(name)
    return name
  }
  return { unique, exact, domains: new Set(), twins, batch, prologue: [], computed: new Map() }
}

/** The description of a value in a file. */
export const valueInfo = (name: string, value: Value, scope: Scope): ValueInfoProto => ({
  name,
  type: {
    tensorType: {
      elemType: elementTypes[value.dtype],
      shape: {
        dim: shapeOf(value, scope.twins).map((length) =>
          isFixed(length)
            ? { dimValue: length }
            : { dimParam: length.times === 1 ? scope.batch.symbol : `${length.times}*${scope.batch.symbol}` },
        ),
      },
    },
  },
})

/** The name of `times` batch sizes as an int64 vector of one entry. */
export function batchLength(times: number, scope: Scope): string {
  const { source, symbol } = scope.batch
  const known = scope.computed.get(`batch*${times}`)
  if (known) return known
  let name: string
  if (times === 1) {
    const axis = source
      ? shapeOf(source, scope.twins).findIndex((length) => !isFixed(length) && length.times === 1)
      : -1
    if (!source || axis < 0)
      throw new UnsupportedError(
        `no input has the batch size ${symbol} as a length, so it cannot be read while the model runs; give a graph of one size`,
      )
    name = scope.unique('batch_size')
    scope.prologue.push({
      opType: 'Shape',
      name,
      input: [source.node.attributes.name as string],
      output: [name],
      attribute: [intAttribute('start', axis), intAttribute('end', axis + 1)],
    })
  } else {
    const single = batchLength(1, scope)
    const factor = scope.unique(`int_${times}`)
    name = scope.unique(`batch_size_times_${times}`)
    scope.prologue.push(
      {
        opType: 'Constant',
        name: factor,
        input: [],
        output: [factor],
        attribute: [intsAttribute('value_ints', [times])],
      },
      { opType: 'Mul', name, input: [single, factor], output: [name], attribute: [] },
    )
  }
  scope.computed.set(`batch*${times}`, name)
  return name
}
