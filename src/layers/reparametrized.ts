// What wrappers have in common that make a layer's kernel anew at each call: spectral and weight normalization.
import type { Value } from '../graph/value.ts'
import { checkArgument } from '../util/arguments.ts'
import { ShapeError } from '../util/errors.ts'
import { type Shape, sizeOf } from '../util/shape.ts'
import { LAYER, type Layer, type LayerResult, type WeightSpec } from './layer.ts'
import { type LayerOptions, named } from './layer-options.ts'

export interface WrapperOptions extends LayerOptions {
  /** A layer with a kernel or embeddings, such as `dense({ units: 10 })`. */
  readonly layer: Layer
}

/** Names of the weights that are kernels. */
const KERNELS: readonly string[] = ['kernel', 'embeddings']

/** A kernel as a matrix with a column for each filter: [everything else, last axis]. */
export const matrixOf = (kernel: Shape): readonly [rows: number, columns: number] => [
  sizeOf(kernel.slice(0, -1)),
  kernel.at(-1)!,
]

export interface Reparametrization {
  readonly config: Readonly<Record<string, unknown>>
  /** The wrapper's own weights, for a kernel of this shape. */
  own(kernel: Shape): readonly WeightSpec[]
  /** The kernel that the layer is called with. */
  kernel(call: {
    readonly kernel: Value
    readonly weights: Readonly<Record<string, Value>>
    readonly training: boolean
  }): { readonly kernel: Value; readonly updates?: LayerResult['updates'] }
}

/** A layer around `options.layer`: its weights, then those of the wrapper; its output with another kernel. */
export function reparametrized(
  type: string,
  where: string,
  options: WrapperOptions,
  { config, own, kernel }: Reparametrization,
): Layer {
  const { layer } = options
  checkArgument(where, 'layer', layer, LAYER)
  const inner = (input: Shape): { specs: readonly WeightSpec[]; of: WeightSpec } => {
    const specs = layer.weights(input)
    const of = specs.find(({ name }) => KERNELS.includes(name))
    if (!of)
      throw new ShapeError(
        `expects a layer with a kernel inside, such as Dense, got ${layer.type}, which has ${specs.map(({ name }) => name).join(', ') || 'no weights'}`,
      )
    return { specs, of }
  }
  return {
    type,
    ...named(options),
    config: { layer, ...config },
    weights(input) {
      const { specs, of } = inner(input)
      return [...specs, ...own(of.shape)]
    },
    outputShape: (input) => layer.outputShape(input),
    call(call) {
      const name = KERNELS.find((each) => call.weights[each])!
      const made = kernel({ kernel: call.weights[name]!, weights: call.weights, training: call.training })
      const { output, updates } = layer.call({ ...call, weights: { ...call.weights, [name]: made.kernel } })
      return { output, ...(updates || made.updates ? { updates: { ...updates, ...made.updates } } : {}) }
    },
  }
}
