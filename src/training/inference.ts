// Trained networks in inference mode, as graphs and as files.
import { type Graph, input } from '../graph/value.ts'
import type { RandomSource } from '../layers/layer.ts'
import type { Network } from '../layers/network.ts'
import { weightInputs } from '../layers/use.ts'
import { lowerPortably } from '../lowering/lower.ts'
import { exportModel } from '../onnx/export.ts'
import type { ModelNotes } from '../onnx/model-writer.ts'
import type { StateArrays } from '../runtime/engine.ts'
import { ConfigError } from '../util/errors.ts'

const refuse = (): never => {
  throw new ConfigError('a network in inference mode must not ask for random numbers')
}
/** For networks in inference mode, which need none. */
export const noRandom: RandomSource = { dropout: refuse, uniform: refuse, normal: refuse }

/** A network in inference mode: its inputs `[batch, ...]` and its weights by name, to its outputs by name. */
export function inferenceGraph(network: Network, batch: number): Graph {
  const inputs = Object.fromEntries(
    Object.entries(network.inputs).map(([name, { shape, dtype }]) => [
      name,
      input(name, [batch, ...shape], dtype),
    ]),
  )
  const weights = weightInputs(network)
  const { outputs } = network.call({ inputs, weights, training: false, random: noRandom })
  return { inputs: [...Object.values(inputs), ...Object.values(weights)], outputs }
}

/** The ONNX file of a trained network, for any batch size, with its weights inside. */
export function exportNetwork(network: Network, arrays: StateArrays, notes: ModelNotes): Uint8Array {
  const weights = Object.fromEntries(
    network.weights.map(({ name, shape }) => [name, { shape, data: arrays[name]! }]),
  )
  return exportModel((batch) => lowerPortably(inferenceGraph(network, batch)), { ...notes, weights })
}
