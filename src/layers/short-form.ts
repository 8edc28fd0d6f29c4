// The options of networks of one input and one output.
import { NAME, SHAPE } from '../util/arguments.ts'
import type { Shape } from '../util/shape.ts'

/** The one input of a short form: a shape, or a shape with a name. */
export const inputPort = (given: SequentialOptions['input']): [name: string, shape: Shape] =>
  Array.isArray(given) ? ['input', given] : Object.entries(given as Readonly<Record<string, Shape>>)[0]!

/** What `checkArguments` takes for the input of a short form. */
export const INPUT = {
  expected: `${SHAPE.expected}, or that with a name, such as { z: [100] }`,
  is: (value: unknown): boolean =>
    SHAPE.is(value) ||
    (typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.keys(value).length === 1 &&
      SHAPE.is(Object.values(value)[0])),
}

export const OPTIONAL_NAME = {
  ...NAME,
  is: (value: unknown): boolean => value === undefined || NAME.is(value),
}

export interface SequentialOptions {
  /** Prefix of all weight names. */
  readonly name: string
  /** Shape of one example, without the batch axis; with a name, such as `{ z: [100] }`, where it should not be `input`. */
  readonly input: Shape | Readonly<Record<string, Shape>>
  /** Name of the output; default `output`. */
  readonly output?: string
}
