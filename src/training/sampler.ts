// Making new examples: the trained generator in inference mode as a graph from latents to images.
import type { Network } from '../layers/network.ts'
import { lowerPortably } from '../lowering/lower.ts'
import type { Objective, Sampler } from '../objectives/objective.ts'
import { exportModel } from '../onnx/export.ts'
import type { ModelNotes } from '../onnx/model-writer.ts'
import type { Engine, StateArrays } from '../runtime/engine.ts'
import { ConfigError } from '../util/errors.ts'
import { type RandomStream, randomStream } from '../util/random.ts'
import { sizeOf } from '../util/shape.ts'
import { inferenceGraph, openNetwork } from './inference.ts'

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
  const opened = await openNetwork(engine, parts.network, count)
  return {
    draw: (random) => drawLatents(parts, count, random),
    sample: opened.run,
    close: opened.close,
  }
}

/** Samples of a sheet. */
export const SHEET_COUNT = 64

/** The latents of the sheet of a step: the same at every step, or fresh ones. */
export const sheetLatents = (
  sampler: OpenSampler,
  kind: 'fixed' | 'fresh',
  seed: number,
  step: number,
): Float32Array<ArrayBuffer> =>
  sampler.draw(
    kind === 'fixed' ? randomStream(seed, 'sample/fixed') : randomStream(seed, 'sample/fresh', step),
  )
