// An agent's policy as one ONNX file: what its environment shows goes in as it is, what it makes of every action comes out.
import { gradients } from '../autodiff/index.ts'
import { cast, expand, mul, reduceSum, reshape } from '../graph/build.ts'
import { constant, type DType, type Graph, input, type Value } from '../graph/value.ts'
import { weightInputs } from '../layers/use.ts'
import { lowerPortably } from '../lowering/lower.ts'
import type { OfferedFunction } from '../objectives/offer.ts'
import { exportModel } from '../onnx/export.ts'
import type { ModelNotes } from '../onnx/model-writer.ts'
import type { StateArrays } from '../runtime/engine.ts'
import { noRandom } from './inference.ts'

/** Names of what such a file takes and gives. */
export const POLICY = {
  /** `[N, ...]`, of the type that the environment shows. */
  observation: 'observation',
  /** Mean return of each action, `[N, actions]`. */
  values: 'values',
  /** How probable each return of each action is, `[N, actions, returns]`, of agents that know it. */
  probabilities: 'probabilities',
  /** How much the value of each action depends on each number that is seen: its gradient, `[1, actions, ...]`. */
  saliency: 'saliency',
} as const

/** What environments may show. */
export type ObservationType = Extract<DType, 'uint8' | 'float32'>

function decided(
  { of, output, finish, more = {} }: OfferedFunction,
  seen: Value,
  weights: Readonly<Record<string, Value>>,
) {
  const [port] = Object.keys(of.inputs) as [string]
  const called = of.call({ inputs: { [port]: seen }, weights, training: false, random: noRandom })
  const made = called.outputs[output.name]!
  const { probabilities } = more
  return {
    values: finish ? finish(made) : made,
    ...(probabilities ? { probabilities: probabilities(made) } : {}),
  }
}

/** Values, and probabilities where the agent knows them, of observations as they are shown. */
export function policyGraph(act: OfferedFunction, batch: number, dtype: ObservationType): Graph {
  const { shape } = Object.values(act.of.inputs)[0]!
  const observation = input(POLICY.observation, [batch, ...shape], dtype)
  const weights = weightInputs(act.of)
  const outputs = decided(act, cast(observation, 'float32'), weights)
  return { inputs: [observation, ...Object.values(weights)], outputs }
}

/** The same for one observation, and the gradient of every action's value with respect to it. */
export function saliencyGraph(act: OfferedFunction, dtype: ObservationType): Graph {
  const { shape } = Object.values(act.of.inputs)[0]!
  const observation = input(POLICY.observation, [1, ...shape], dtype)
  const weights = weightInputs(act.of)
  const outputs = decided(act, cast(observation, 'float32'), weights)
  const actions = outputs.values.shape[1]!
  // As many times as there are actions: each row looks at the value of its own.
  const rows = expand(cast(observation, 'float32'), [actions, ...shape])
  const own = Float32Array.from({ length: actions ** 2 }, (_, i) => (i % (actions + 1) === 0 ? 1 : 0))
  const { values } = decided(act, rows, weights)
  const [slope] = gradients(reduceSum(mul(values, constant(own, [actions, actions]))), [rows])
  const saliency = reshape(slope!, [1, actions, ...shape])
  return { inputs: [observation, ...Object.values(weights)], outputs: { ...outputs, saliency } }
}

export interface PolicyFileOptions {
  readonly dtype: ObservationType
  /** Whether the file has `saliency` too; it takes one observation at a time then. Default false: any number */
  readonly saliency?: boolean
}

/** The file, with its weights inside. */
export function exportPolicy(
  act: OfferedFunction,
  arrays: StateArrays,
  notes: ModelNotes,
  { dtype, saliency = false }: PolicyFileOptions,
): Uint8Array {
  const weights = Object.fromEntries(
    act.of.weights.map(({ name, shape }) => [name, { shape, data: arrays[name]! }]),
  )
  return exportModel(
    saliency
      ? lowerPortably(saliencyGraph(act, dtype))
      : (batch) => lowerPortably(policyGraph(act, batch, dtype)),
    { ...notes, weights },
  )
}
