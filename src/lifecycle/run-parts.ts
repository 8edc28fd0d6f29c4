// The networks of a run by the part they play: which one samples, judges, encodes, classifies.
import { rulesNamed, teamRulesOf } from '../environments/index.ts'
import type { Ports } from '../layers/ports.ts'
import { type NamedPort, outputOf } from '../layers/use.ts'
import { type FeatureSource, featureSource } from '../models/fine-tuned.ts'
import { NO_CIPHER } from '../objectives/cryptography.ts'
import { type Goal, metricsOf, type Objective } from '../objectives/objective.ts'
import { isLatent, type KnownFunction, type LatentDistribution, offeredBy } from '../objectives/offer.ts'
import { imageSize, type MetricInfo, type RunConfig } from '../runs/index.ts'
import { playersOf, refusal } from '../training/controls.ts'
import { ConfigError, DataError } from '../util/errors.ts'
import { sizeOf } from '../util/shape.ts'
import { acting, SALIENCY_FILE } from './networks.ts'
import { recordedObjective } from './recorded-run.ts'

export interface RunParts {
  /** All networks, with all inputs and outputs of their ONNX files; shapes are without the batch axis. */
  readonly networks: readonly {
    readonly name: string
    readonly inputs: readonly NamedPort[]
    readonly outputs: readonly NamedPort[]
  }[]
  /** Networks that are updated together, in the order of the phases: whom a single step can be for. */
  readonly players: readonly (readonly string[])[]
  /** What makes images of a latent alone. */
  readonly sampler?: {
    readonly network: string
    readonly latentDim: number
    readonly latent: LatentDistribution
  }
  readonly autoencoder?: {
    readonly encoder: string
    readonly decoder: string
    readonly latentDim: number
  }
  /** The network that gives the probability that its input is real. */
  readonly critic?: string
  /** The network that names classes by logits. */
  readonly classifier?: string
  /** What looks at an image in numbers of its own, as `sparring probe` takes them; absent where no network depends on an image alone. */
  readonly features?: {
    readonly network: string
    /** The layer that takes them as its input, or the output of the network. */
    readonly layer: string
    /** How many numbers. */
    readonly size: number
  }
  /** What finds a capsule for each class, and what draws one of them. */
  readonly capsules?: {
    readonly network: string
    /** Which of its outputs they are. */
    readonly output: string
    /** Numbers of a capsule. */
    readonly dimension: number
    readonly decoder: string
  }
  /** A team of agents who talk: what they may do, and what each says, `[rounds, agents, width]`. */
  readonly team?: {
    readonly network: string
    /** E.g. `levers`. */
    readonly task: string
    readonly actions: readonly string[]
    readonly said: readonly number[]
    /** The largest number that an agent may have, of tasks in which they know who they are. */
    readonly most?: number
  }
  /** Who hides messages, who understands them and who listens: networks by their names, and how many bits they take at once. */
  readonly cipher?: {
    readonly encrypt: string
    readonly decrypt: string
    readonly listen: string
    readonly bits: number
    readonly keyBits: number
    /** What stands wherever it is put to use. */
    readonly note: string
  }
  /** Newcomers against what was learned: who they are, the numbers of their log, and what is to be reached. */
  readonly challenge?: {
    readonly network: string
    readonly metrics: readonly MetricInfo[]
    readonly goals: readonly Goal[]
  }
  /** What acts in an environment that pages can play: a network with gradients, and what it was trained in. */
  readonly agent?: {
    readonly network: string
    readonly environment: string
    readonly options: Readonly<Record<string, unknown>>
    readonly actions: readonly string[]
    /** Returns whose probabilities it gives. */
    readonly returns?: readonly number[] | undefined
  }
}

const named = (ports: Ports): NamedPort[] => Object.entries(ports).map(([name, port]) => ({ name, ...port }))

function teamPart(objective: Objective): Pick<RunParts, 'team'> {
  const [decide, speak] = [offeredBy(objective, 'decide'), offeredBy(objective, 'speak')]
  if (!decide?.task || !speak) return {}
  const { observation, actions } = teamRulesOf(decide.task.name, decide.task.options)
  return {
    team: {
      network: decide.network,
      task: decide.task.name,
      actions,
      said: speak.output.shape,
      ...(observation.shape.length === 0 ? { most: observation.high as number } : {}),
    },
  }
}

function cipherPart(objective: Objective): Pick<RunParts, 'cipher'> {
  const [encrypt, decrypt] = [offeredBy(objective, 'encrypt'), offeredBy(objective, 'decrypt')]
  const listen = offeredBy(objective, 'listen')
  if (!encrypt || !decrypt || !listen) return {}
  const { message, key } = encrypt.of.inputs
  return {
    cipher: {
      encrypt: encrypt.network,
      decrypt: decrypt.network,
      listen: listen.network,
      bits: sizeOf(message!.shape),
      keyBits: sizeOf(key!.shape),
      note: NO_CIPHER,
    },
  }
}

function challengePart({ challenge }: Objective): Pick<RunParts, 'challenge'> {
  if (!challenge) return {}
  const { network, objective, goals = [] } = challenge
  return { challenge: { network, metrics: metricsOf(objective), goals } }
}

/** Where a run's features are; undefined where it has none. */
export function runFeatures(config: RunConfig, objective: Objective): FeatureSource | undefined {
  const image = imageSize(config)
  if (!image) return undefined
  try {
    const imageShape = [image.height, image.width, image.channels]
    return featureSource({ model: config.model, objective, imageShape }, {})
  } catch (error) {
    // None, or none that is meant before others.
    if (error instanceof ConfigError) return undefined
    throw error
  }
}

/** @throws DataError when this version does not know the model or its settings, or the file of the model was not read */
export function runParts(config: RunConfig): RunParts {
  const objective = recordedObjective(config)
  const offered = (name: KnownFunction) => offeredBy(objective, name)
  const [generate, encode, decode] = [offered('generate'), offered('encode'), offered('decode')]
  const features = runFeatures(config, objective)
  const [capsules, rebuild] = [offered('capsules'), offered('rebuild')]
  const latent =
    generate && Object.keys(generate.of.inputs).length === 1 && generate.output.shape.length === 3
      ? Object.values(generate.draws ?? {}).find(isLatent)
      : undefined
  const known = acting(objective)
  // Pages have no emulator and no file of the user's.
  const agent = known && !rulesNamed(known.environment).prepare ? known : undefined
  return {
    networks: Object.values(objective.networks).map(({ name, inputs, outputs }) => ({
      name,
      inputs: named(inputs),
      outputs: named(outputs),
    })),
    players: playersOf(objective),
    ...(generate && latent
      ? {
          sampler: {
            network: generate.network,
            latent,
            latentDim: sizeOf(named(generate.of.inputs)[0]!.shape),
          },
        }
      : {}),
    ...(encode && decode
      ? {
          autoencoder: {
            encoder: encode.network,
            decoder: decode.network,
            latentDim: sizeOf(named(decode.of.inputs)[0]!.shape),
          },
        }
      : {}),
    ...(agent
      ? {
          agent: {
            network: SALIENCY_FILE,
            environment: agent.environment,
            options: agent.options,
            actions: agent.actions,
            returns: agent.returns,
          },
        }
      : {}),
    ...(offered('judge') ? { critic: offered('judge')!.network } : {}),
    ...teamPart(objective),
    ...cipherPart(objective),
    ...challengePart(objective),
    ...(offered('classify') ? { classifier: offered('classify')!.network } : {}),
    ...(features
      ? {
          features: {
            network: features.network.name,
            layer: features.layer,
            size: sizeOf(outputOf(features.features).shape),
          },
        }
      : {}),
    ...(capsules && rebuild
      ? {
          capsules: {
            network: capsules.network,
            output: capsules.output.name,
            dimension: capsules.output.shape.at(-1)!,
            decoder: rebuild.network,
          },
        }
      : {}),
  }
}

/** The same of runs that are looked at whatever they are; undefined where the model cannot be had. */
export function knownParts(config: RunConfig): RunParts | undefined {
  try {
    return runParts(config)
  } catch (error) {
    if (error instanceof DataError) return undefined
    throw error
  }
}

/** Why a run cannot make a step for these networks alone; undefined when it can. */
export const stepProblem = (config: RunConfig, updates: readonly string[] | undefined): string | undefined =>
  refusal(recordedObjective(config), updates)?.message
