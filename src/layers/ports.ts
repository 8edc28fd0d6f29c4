// Inputs and outputs of networks: named, each with the shape of one example.
import type { Value } from '../graph/value.ts'
import { SHAPE } from '../util/arguments.ts'
import { ShapeError } from '../util/errors.ts'
import { formatShape, type Shape, sameShape } from '../util/shape.ts'

/** An input or output of a network: the shape of one example, without the batch axis. */
export interface Port {
  readonly shape: Shape
  /** Default `float32`. */
  readonly dtype?: 'float32' | 'int64'
}

export type Ports = Readonly<Record<string, Port>>

export type NamedValues = Readonly<Record<string, Value>>

/** What `checkArguments` takes for an input of a network, and for what its body gives. */
export const PORT = {
  expected: `${SHAPE.expected}, or that with a type, such as { shape: [], dtype: 'int64' }`,
  is(value: unknown): boolean {
    const { shape, dtype = 'float32' } = { ...portOf(value as Shape | Port) }
    return SHAPE.is(shape) && (dtype === 'float32' || dtype === 'int64')
  },
}

export const VALUE = {
  expected: 'a value that is made of the inputs, such as apply(dense({ units: 1 }), x)',
  is(value: unknown): boolean {
    const { shape, dtype } = { ...(value as { shape?: unknown; dtype?: unknown }) }
    return Array.isArray(shape) && typeof dtype === 'string'
  },
}

export const portOf = (given: Shape | Port): Port =>
  Array.isArray(given) ? { shape: given } : (given as Port)

export const describePorts = (ports: Ports): string =>
  Object.entries(ports)
    .map(
      ([name, { shape, dtype }]) =>
        `${name} [${['batch', ...shape].join(', ')}]${dtype && dtype !== 'float32' ? ` ${dtype}` : ''}`,
    )
    .join(', ')

/** @throws ShapeError unless the values are those that the ports ask for */
export function checkInputs(name: string, ports: Ports, given: NamedValues): void {
  for (const got of Object.keys(given))
    if (!Object.hasOwn(ports, got))
      throw new ShapeError(`network "${name}" has no input "${got}"; it takes ${describePorts(ports)}`)
  for (const [port, { shape, dtype = 'float32' }] of Object.entries(ports)) {
    const value = Object.hasOwn(given, port) ? given[port] : undefined
    if (!value)
      throw new ShapeError(
        `network "${name}": input "${port}" was not given; it takes ${describePorts(ports)}`,
      )
    if (value.shape.length === 0 || !sameShape(value.shape.slice(1), shape))
      throw new ShapeError(
        `network "${name}" takes ${describePorts({ [port]: ports[port]! })}, got ${formatShape(value.shape)}`,
      )
    if (value.dtype !== dtype)
      throw new ShapeError(`network "${name}": input "${port}" is ${dtype}, got ${value.dtype}`)
  }
}
