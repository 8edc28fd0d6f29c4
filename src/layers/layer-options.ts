// What all layers do with their options: the name, unknown names, and layers without weights.
import { ConfigError } from '../util/errors.ts'
import { checkNames } from '../util/options.ts'
import type { Shape } from '../util/shape.ts'
import type { Layer, LayerCall } from './layer.ts'

/** Options that every layer takes. */
export interface LayerOptions {
  /** Name within the network; by default the type, numbered. */
  readonly name?: string
}

/**
 * Rejects unknown options and unusable names.
 *
 * @returns how messages call the layer: `dense` or `dense "hidden"`
 */
export function openOptions(factory: string, options: LayerOptions, known: readonly string[]): string {
  checkNames(factory, options, [...known, 'name'])
  const { name } = options
  if (name === undefined) return factory
  if (typeof name !== 'string' || name === '' || name.includes('/'))
    throw new ConfigError(
      `${factory}: name must be text without "/" (it becomes part of weight names), got ${JSON.stringify(name)}`,
    )
  return `${factory} "${name}"`
}

/** The `name` of a layer record, left out when the user gave none. */
export const named = ({ name }: LayerOptions): { name?: string } => (name === undefined ? {} : { name })

/** A layer without weights. */
export const stateless = (
  type: string,
  options: LayerOptions,
  {
    config,
    outputShape = (input) => input,
    output,
  }: {
    readonly config: Readonly<Record<string, unknown>>
    /** Default: the shape stays. */
    readonly outputShape?: (input: Shape) => Shape
    readonly output: (call: LayerCall) => LayerCall['input']
  },
): Layer => ({
  type,
  ...named(options),
  config,
  weights: () => [],
  outputShape,
  call: (call) => ({ output: output(call) }),
})
