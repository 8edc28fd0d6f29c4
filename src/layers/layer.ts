// What a layer is: a record of its weights and one pure call.
import type { Value } from '../graph/value.ts'
import type { Initializer } from '../initializers/initializer.ts'
import { withParts } from '../util/arguments.ts'
import type { Shape } from '../util/shape.ts'

/** One array that a layer owns. */
export interface WeightSpec {
  /** Keras' name: kernel, bias, gamma, beta, movingMean, movingVariance. */
  readonly name: string
  readonly shape: Shape
  readonly initializer: Initializer
  /** False for state that training updates without a gradient, such as moving statistics. */
  readonly trainable: boolean
}

/**
 * Random numbers inside a graph. Each call makes one new input that is fed afresh at every training step from the
 * counter-based streams, so a graph stays a pure function.
 */
export interface RandomSource {
  /** Inverted dropout mask: 0 with probability `rate`, otherwise 1 / (1 - rate). */
  dropout(shape: Shape, rate: number): Value
  uniform(shape: Shape, low?: number, high?: number): Value
  normal(shape: Shape, mean?: number, deviation?: number): Value
}

export interface LayerCall {
  /** The input, batch first. */
  readonly input: Value
  /** The layer's weights by the names in its specs. */
  readonly weights: Readonly<Record<string, Value>>
  /** Training or inference behaviour, as Keras' `training` argument. */
  readonly training: boolean
  /** Only asked for when `training`. */
  readonly random: RandomSource
  /**
   * Whether this is the one call before the first step, of the first batch, in training mode: a layer whose weights begin by what it is
   * shown answers with them among its updates. Default false
   */
  readonly beginning?: boolean
}

export interface LayerResult {
  readonly output: Value
  /** New values of weights that are not trainable, by name; at the beginning, of any. */
  readonly updates?: Readonly<Record<string, Value>>
}

/** A layer with its options bound. Shapes here are without the batch axis, as in Keras' `input_shape`. */
export interface Layer {
  /** Keras' class name, e.g. `Dense`. */
  readonly type: string
  /** The name the user gave, if any. */
  readonly name?: string
  /** The options, for summaries and saved configurations. */
  readonly config: Readonly<Record<string, unknown>>
  /** The weights for inputs of this shape. Throws ShapeError when the layer does not take it. */
  weights(input: Shape): readonly WeightSpec[]
  outputShape(input: Shape): Shape
  call(call: LayerCall): LayerResult
}

/** What `checkArguments` takes for a layer. */
export const LAYER = withParts('a layer, such as dense({ units: 10 })', {
  methods: ['weights', 'outputShape', 'call'],
})
