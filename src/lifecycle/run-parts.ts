// The networks of a run by the part they play: which one samples, judges, encodes, classifies.
import type { LatentDistribution } from '../objectives/objective.ts'
import type { RunConfig } from '../runs/index.ts'
import { playersOf, refusal } from '../training/controls.ts'
import { sizeOf } from '../util/shape.ts'
import { recordedObjective } from './recorded-run.ts'

export interface RunParts {
  /** All networks, with the names of input and output in their ONNX files. */
  readonly networks: readonly {
    readonly name: string
    readonly input: string
    readonly output: string
    readonly inputShape: readonly number[]
    readonly outputShape: readonly number[]
  }[]
  /** Networks that are updated together, in the order of the phases: whom a single step can be for. */
  readonly players: readonly (readonly string[])[]
  readonly sampler?: {
    readonly network: string
    readonly latentDim: number
    readonly latent: LatentDistribution
  }
  readonly autoencoder?: {
    readonly encoder: string
    readonly decoder: string
    readonly latentDim: number
    readonly range: number
  }
  /** The network that gives the probability that its input is real. */
  readonly critic?: string
  /** The network that names classes by logits. */
  readonly classifier?: string
}

/** @throws ConfigError when this version does not know the model or its settings */
export function runParts(config: RunConfig): RunParts {
  const objective = recordedObjective(config)
  const { networks, ports, sampler, autoencoder, critic, classifier } = objective
  return {
    networks: Object.entries(networks).map(([name, { inputShape, outputShape }]) => ({
      name,
      input: ports[name]!.input,
      output: ports[name]!.output,
      inputShape,
      outputShape,
    })),
    players: playersOf(objective),
    ...(sampler ? { sampler: { ...sampler, latentDim: sizeOf(networks[sampler.network]!.inputShape) } } : {}),
    ...(autoencoder ? { autoencoder } : {}),
    ...(critic ? { critic: critic.network } : {}),
    ...(classifier ? { classifier: classifier.network } : {}),
  }
}

/** Why a run cannot make a step for these networks alone; undefined when it can. */
export const stepProblem = (config: RunConfig, updates: readonly string[] | undefined): string | undefined =>
  refusal(recordedObjective(config), updates)?.message
