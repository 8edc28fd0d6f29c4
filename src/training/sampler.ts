// Making new examples: the trained generator in inference mode as a graph from latents to images.
import { type Graph, input } from '../graph/value.ts'
import type { RandomSource } from '../layers/layer.ts'
import type { Network } from '../layers/network.ts'
import { lower, lowerPortably } from '../lowering/lower.ts'
import type { Objective, Sampler } from '../objectives/objective.ts'
import { exportModel } from '../onnx/export.ts'
import type { ModelNotes } from '../onnx/model-writer.ts'
import type { Engine, StateArrays } from '../runtime/engine.ts'
import { ConfigError, ShapeError } from '../util/errors.ts'
import type { RandomStream } from '../util/random.ts'
import { sizeOf } from '../util/shape.ts'

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

/** The ONNX file of a trained network, for any batch size, with its weights inside. */
export function exportNetwork(
  network: Network,
  ports: { readonly input: string; readonly output: string },
  arrays: StateArrays,
  notes: ModelNotes,
): Uint8Array {
  const weights = Object.fromEntries(
    network.weights.map(({ name, shape }) => [name, { shape, data: arrays[name]! }]),
  )
  return exportModel((batch) => lowerPortably(inferenceGraph(network, batch, ports.input, ports.output)), {
    ...notes,
    weights,
  })
}

/** The sampler of an objective. @throws ConfigError when it makes no examples */
export function samplerOf(objective: Objective): { sampler: Sampler; network: Network } {
  const { sampler } = objective
  if (!sampler)
    throw new ConfigError(
      `"${objective.name}" makes no images; train a model that generates them, such as mlp-gan, to draw samples`,
    )
  return { sampler, network: objective.networks[sampler.network]! }
}

/** `count` latents, row-major `[count, ...shape of the network's input]`. */
export function drawLatents(
  { sampler, network }: ReturnType<typeof samplerOf>,
  count: number,
  random: RandomStream,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(count * sizeOf(network.inputShape))
  const { latent } = sampler
  if (latent.distribution === 'uniform') random.fillUniform(out, latent.low, latent.high)
  else random.fillNormal(out)
  return out
}

/** Runs an objective's sampler on `count` latents at a time. */
export interface OpenSampler {
  /** Fresh latents from a stream. */
  draw(random: RandomStream): Float32Array<ArrayBuffer>
  /** Examples `[count, ...shape]` for latents, with the weights of `arrays`. @throws ShapeError for another number of them */
  sample(arrays: StateArrays, latents: Float32Array<ArrayBuffer>): Promise<Float32Array>
  close(): Promise<void>
}

export async function openSampler(engine: Engine, objective: Objective, count: number): Promise<OpenSampler> {
  const parts = samplerOf(objective)
  const { network } = parts
  const graph = lower(inferenceGraph(network, count, 'z', 'images'))
  const model = await engine.load(exportModel(graph, { name: `${objective.name} sampler` }))
  return {
    draw: (random) => drawLatents(parts, count, random),
    async sample(arrays, latents) {
      const length = sizeOf(network.inputShape)
      if (latents.length !== count * length)
        throw new ShapeError(
          `"${objective.name}" takes ${count} latents of ${length} numbers at once, ${count * length} in all; got ${latents.length}`,
        )
      const feeds = Object.fromEntries(
        network.weights.map(({ name, shape }) => [name, { data: arrays[name]!, shape }]),
      )
      const { images } = await model.run({
        ...feeds,
        z: { data: latents, shape: [count, ...network.inputShape] },
      })
      return images!.data as Float32Array
    },
    close: () => model.close(),
  }
}
