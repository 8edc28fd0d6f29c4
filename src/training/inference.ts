// Trained networks at work: inference mode as a graph, and on the engine for any number of inputs.
import type { Inputs } from '../data/examples.ts'
import { type Graph, input } from '../graph/value.ts'
import type { RandomSource } from '../layers/layer.ts'
import type { Network } from '../layers/network.ts'
import { lower } from '../lowering/lower.ts'
import { exportModel } from '../onnx/export.ts'
import type { Engine, StateArrays } from '../runtime/engine.ts'
import { ConfigError, ShapeError } from '../util/errors.ts'
import { formatShape, sizeOf } from '../util/shape.ts'

const refuse = (): never => {
  throw new ConfigError('a network in inference mode must not ask for random numbers')
}
/** For networks in inference mode, which need none. */
export const noRandom: RandomSource = { dropout: refuse, uniform: refuse, normal: refuse }

/**
 * A network in inference mode: inputs are `inputName` `[batch, ...]` and the network's weights by name; the one
 * output is `outputName`.
 */
export function inferenceGraph(
  network: Network,
  batch: number,
  inputName: string,
  outputName: string,
): Graph {
  const given = input(inputName, [batch, ...network.inputShape])
  const weights = Object.fromEntries(network.weights.map(({ name, shape }) => [name, input(name, shape)]))
  const { output } = network.call({ input: given, weights, training: false, random: noRandom })
  return { inputs: [given, ...Object.values(weights)], outputs: { [outputName]: output } }
}

/** Runs a network in inference mode on `batch` inputs at a time. */
export interface OpenNetwork {
  /** Outputs `[batch, ...]` for inputs `[batch, ...]`, with the weights of `arrays`. @throws ShapeError for others */
  run(arrays: StateArrays, inputs: Float32Array<ArrayBuffer>): Promise<Float32Array>
  close(): Promise<void>
}

export async function openNetwork(engine: Engine, network: Network, batch: number): Promise<OpenNetwork> {
  const graph = lower(inferenceGraph(network, batch, 'given', 'made'))
  const model = await engine.load(exportModel(graph, { name: `${network.name} in inference mode` }))
  const shape = [batch, ...network.inputShape]
  return {
    async run(arrays, inputs) {
      if (inputs.length !== sizeOf(shape))
        throw new ShapeError(
          `"${network.name}" takes ${batch} inputs ${formatShape(network.inputShape)} at once, ${sizeOf(shape)} numbers in all; got ${inputs.length}`,
        )
      const weights = network.weights.map(
        ({ name, shape }) => [name, { data: arrays[name]!, shape }] as const,
      )
      const { made } = await model.run({ ...Object.fromEntries(weights), given: { data: inputs, shape } })
      return made!.data as Float32Array
    },
    close: () => model.close(),
  }
}

/** Inputs at once: the maps inside a large network take many times the room of its images. */
const AT_ONCE = 100

/** A network in inference mode on any number of inputs: its outputs `[count, ...]`. */
export async function applyNetwork(
  engine: Engine,
  network: Network,
  arrays: StateArrays,
  { count, fill }: Inputs,
): Promise<Float32Array> {
  const batch = Math.min(count, AT_ONCE)
  const size = sizeOf(network.outputShape)
  const outputs = new Float32Array(count * size)
  const opened = await openNetwork(engine, network, batch)
  try {
    for (let first = 0; first < count; first += batch) {
      const some = Math.min(batch, count - first)
      const inputs = new Float32Array(batch * sizeOf(network.inputShape)) // Zeros after the last.
      fill(first, some, inputs)
      const made = await opened.run(arrays, inputs)
      outputs.set(made.subarray(0, some * size), first * size)
    }
    return outputs
  } finally {
    await opened.close()
  }
}
