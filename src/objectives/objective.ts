// An objective: which networks compete, and the phases of one training step.
import type { Value } from '../graph/value.ts'
import type { RandomSource } from '../layers/layer.ts'
import { NETWORK, type Network } from '../layers/network.ts'
import { OPTIMIZER, type Optimizer } from '../optimizers/optimizer.ts'
import { checkArgument, FUNCTION, listOf, NAME, recordOf, withParts } from '../util/arguments.ts'
import { ConfigError } from '../util/errors.ts'

/** A network inside a phase: call it on a batch to get its output. */
export interface BoundNetwork {
  /** In training mode: batch statistics, dropout. */
  (input: Value): Value
  /** In inference mode: moving statistics, no dropout. */
  inference(input: Value): Value
}

/** What a phase's loss may use. Everything asked for is fed afresh in every execution of the phase. */
export interface PhaseContext<Name extends string = string> {
  readonly batchSize: number
  /** Real examples `[batch, ...shape]`, scaled to [0, 1]. One batch is shared by all phases of a step; each repeat of a phase gets its own. */
  readonly real: Value
  /** Their labels, `int64 [batch]`. */
  readonly labels: Value
  /** Fresh random numbers, for latents and the like. */
  readonly random: RandomSource
  readonly networks: Readonly<Record<Name, BoundNetwork>>
}

export interface PhaseResult {
  /** The scalar to minimise. */
  readonly loss: Value
  /** Other scalars of interest. */
  readonly metrics?: Readonly<Record<string, Value>>
}

/** One update: which networks, which loss, how often in a row. */
export interface Phase<Name extends string = string> {
  readonly name: string
  /** The networks whose weights this phase changes. Moving statistics of others stay as they are. */
  readonly updates: readonly Name[]
  readonly optimizer: Optimizer
  /** Executions per step; default 1. */
  readonly repeats?: number
  loss(context: PhaseContext<Name>): PhaseResult
}

/** How a metric is drawn. */
export interface MetricInfo {
  readonly name: string
  readonly label: string
  readonly axis: 'left' | 'right'
  readonly color?: string
  /** No dots: those are for what is measured on held-out images. */
  readonly dash?: 'solid' | 'dashed' | 'dashDot' | 'dashDotDot'
  readonly format?: 'number' | 'percent'
}

/** What latents are drawn from, element by element. */
export type LatentDistribution =
  | { readonly distribution: 'uniform'; readonly low: number; readonly high: number }
  | { readonly distribution: 'normal' }

/** How new examples are made from a trained objective. */
export interface Sampler<Name extends string = string> {
  /** The network to run in inference mode. */
  readonly network: Name
  /** The distribution of its input. */
  readonly latent: LatentDistribution
}

/** How examples become latents and latents examples, for pictures of both. */
export interface Autoencoder<Name extends string = string> {
  /** Makes of an example the mean of its latent, in the first `latentDim` numbers of its output. */
  readonly encoder: Name
  /** Makes an example of a latent. */
  readonly decoder: Name
  readonly latentDim: number
  /** How far a map of latents reaches from their middle, each way, in standard deviations of the prior. */
  readonly range: number
  /** The metric that tells how many of the `latentDim` numbers are in use. */
  readonly active?: string
}

/** Which network names the class of an example: the largest of its logits. */
export interface Classifier<Name extends string = string> {
  readonly network: Name
}

/** Which network tells real examples from made ones: the probability that its input is real. */
export interface Critic<Name extends string = string> {
  readonly network: Name
}

/** What the detectors of a lost duel look at, by metric name. */
export interface DuelMetrics {
  readonly discriminatorAccuracy: string
  readonly generatorLoss: string
}

/** A loss that falls as its networks learn, as no loss of a duel need do, by metric name. */
export interface Descent {
  readonly loss: string
  /** What the loss is of one who knows nothing but how frequent the answers are; absent where that is not known. */
  readonly chance?: number
}

/** Names in a network's ONNX file. */
export interface Ports {
  readonly input: string
  readonly output: string
  /** What the numbers of the output mean, where its name does not say it. */
  readonly meaning?: string
}

export interface Objective<Name extends string = string> {
  readonly name: string
  readonly networks: Readonly<Record<Name, Network>>
  readonly phases: readonly Phase<Name>[]
  /** What is logged per step: every entry of `report`, in the order of the curves. */
  readonly metrics: readonly MetricInfo[]
  /** The logged scalars, from the results of the phases (of their last repeat), by phase name. */
  report(results: Readonly<Record<string, PhaseResult>>): Readonly<Record<string, Value>>
  /** `replacement`: each batch is drawn from all examples; `epoch`: every example once before any twice. */
  readonly batches: 'replacement' | 'epoch'
  /** What the input and output of each network are called when it is exported. */
  readonly ports: Readonly<Record<Name, Ports>>
  readonly sampler?: Sampler<Name>
  readonly autoencoder?: Autoencoder<Name>
  readonly classifier?: Classifier<Name>
  readonly critic?: Critic<Name>
  readonly duel?: DuelMetrics
  readonly descent?: Descent
}

const PHASE = withParts('a phase, with updates, an optimizer and a loss', {
  methods: ['loss'],
  lists: ['updates'],
})

/**
 * Checks an objective and returns it; its type keeps the names of the networks.
 *
 * @throws ConfigError for parts that are missing, of another kind, or that do not fit together
 */
export function objective<Name extends string>(definition: Objective<Name>): Objective<Name> {
  checkArgument('objective', 'name', definition?.name, NAME)
  const where = `objective "${definition.name}"`
  checkArgument(where, 'networks', definition.networks, recordOf(NETWORK))
  checkArgument(where, 'phases', definition.phases, listOf(PHASE))
  for (const phase of definition.phases)
    checkArgument(`${where}, phase "${phase.name}"`, 'optimizer', phase.optimizer, OPTIMIZER)
  checkArgument(where, 'report', definition.report, FUNCTION)
  const names = Object.keys(definition.networks)
  for (const [key, network] of Object.entries<Network>(definition.networks))
    if (network.name !== key)
      throw new ConfigError(
        `objective "${definition.name}": network "${key}" is named "${network.name}"; the two must agree`,
      )
  const seen = new Set<string>()
  const { autoencoder } = definition
  for (const role of ['encoder', 'decoder'] as const)
    if (autoencoder && !names.includes(autoencoder[role]))
      throw new ConfigError(
        `objective "${definition.name}": its ${role} "${autoencoder[role]}" is not a network of the objective (${names.join(', ')})`,
      )
  for (const phase of definition.phases) {
    if (seen.has(phase.name))
      throw new ConfigError(`objective "${definition.name}" has two phases named "${phase.name}"`)
    seen.add(phase.name)
    for (const name of phase.updates)
      if (!names.includes(name))
        throw new ConfigError(
          `phase "${phase.name}" updates "${name}", which is not a network of the objective (${names.join(', ')})`,
        )
    if (phase.repeats !== undefined && !(Number.isInteger(phase.repeats) && phase.repeats >= 1))
      throw new ConfigError(`phase "${phase.name}": repeats must be a positive integer, got ${phase.repeats}`)
  }
  return definition
}
