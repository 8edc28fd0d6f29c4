// What an optimizer is: slots beside each weight, numbers that change with the step, and one pure update.
import { max, sqrt } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { withParts } from '../util/arguments.ts'

export interface OptimizerUpdate {
  readonly weight: Value
  readonly gradient: Value
  /** This weight's slots, by the names in `slots`. */
  readonly slots: Readonly<Record<string, Value>>
  /** The numbers of `schedule` for this update, as scalars. */
  readonly schedule: Readonly<Record<string, Value>>
  /** Whether gradients will flow through the update: roots of what may be zero need care then. Default false. */
  readonly differentiable?: boolean
}

export interface OptimizerResult {
  readonly weight: Value
  readonly slots: Readonly<Record<string, Value>>
}

/** An optimizer with its options bound. */
export interface Optimizer {
  /** Keras' class name, e.g. `Adam`. */
  readonly type: string
  /** The options, for saved configurations. */
  readonly config: Readonly<Record<string, unknown>>
  /** Names of the arrays kept per weight (of the weight's shape, starting at zero). */
  readonly slots: readonly string[]
  /**
   * Numbers that depend on how many updates were made, computed in float64 outside the graph.
   *
   * @param update  counts this optimizer's updates from 1
   */
  schedule(update: number): Readonly<Record<string, number>>
  /** What becomes of all gradients of an update together, before each weight's is used, e.g. clipping. Default: nothing. */
  together?(gradients: readonly Value[]): readonly Value[]
  /** Writes the update of one weight into the graph. */
  update(given: OptimizerUpdate): OptimizerResult
}

/** What `checkArguments` takes for an optimizer. */
export const OPTIMIZER = withParts('an optimizer, such as adam({ learningRate: 0.001 })', {
  methods: ['schedule', 'update'],
  lists: ['slots'],
})

/**
 * The root of a mean or sum of squares. Its slope at zero is infinite, and 0 times that is no number: where gradients flow
 * through it, what is practically zero counts as a constant.
 */
export const rootOf = (squares: Value, differentiable = false): Value =>
  sqrt(differentiable ? max(squares, 1e-30) : squares)
