// The phases of a training step: updates that descend a loss, and assignments.
import type { Value } from '../graph/value.ts'
import type { RandomSource } from '../layers/layer.ts'
import type { NamedValues } from '../layers/ports.ts'
import type { Optimizer } from '../optimizers/optimizer.ts'

/** What a network takes inside a phase: its one input, or all of them by name. */
export type Given = Value | NamedValues

/** A network inside a phase. */
export interface BoundNetwork {
  /** Its one output, in training mode: batch statistics, dropout. @throws ConfigError when it has several */
  (given: Given): Value
  /** The same in inference mode: moving statistics, no dropout. */
  inference(given: Given): Value
  /** All of its outputs by name, in training mode. */
  outputs(given: Given): NamedValues
  /** What it has learned as the phase finds it, by `layer/weight`; moving statistics are there too. */
  readonly weights: NamedValues
  /** Those of them that learn by gradients. */
  readonly trainable: NamedValues
  /**
   * The same network with other weights in the place of some, or all: those of another network, or what an update would
   * make of them. Gradients flow through them; nothing of it is kept.
   */
  with(weights: NamedValues): BoundNetwork
}

/** What a phase may use. Everything asked for is fed afresh in every execution of the phase. */
export interface PhaseContext<Name extends string = string> {
  readonly batchSize: number
  /** False in validation: what is measured there is not drawn over. */
  readonly training: boolean
  /**
   * The columns of the data, `[batch, ...shape]` each, by name: `images` in [0, 1], `labels` as int64, or what else the
   * source has. One batch is shared by all phases of a step; each repeat of a phase gets its own.
   */
  readonly data: NamedValues
  /** Fresh random numbers, for latents and the like. */
  readonly random: RandomSource
  readonly networks: Readonly<Record<Name, BoundNetwork>>
  /** The objective's variables as they are now; in validation without those that are `perExample`. */
  readonly variables: NamedValues
  /** What the phases before found in this step, by name. */
  readonly results: Readonly<Record<string, PhaseResult>>
  /**
   * A number that changes with the step, e.g. a weight of the loss that grows.
   *
   * @param name  of the number, within the phase
   * @param at    from the step, counted from 0
   */
  scheduled(name: string, at: (step: number) => number): Value
  /**
   * A network as one more update would leave it, for looking ahead: nothing of it is kept, and gradients flow through it.
   * The optimizer goes on from where the training has it, and from there when what it gives is updated again.
   */
  after(network: BoundNetwork, loss: Value, optimizer: Optimizer): BoundNetwork
}

export interface PhaseResult {
  /** The scalar to minimise. */
  readonly loss: Value
  /** Other numbers of interest: scalars that are logged, and what phases after this one go on from. */
  readonly metrics?: NamedValues
  /** Numbers of each example `[batch, ...]` that the source of the data takes back, such as priorities. */
  readonly perExample?: NamedValues
}

/** One update: which networks, which loss, how often in a row. */
export interface Descent<Name extends string = string> {
  readonly name: string
  /** The networks whose weights this phase changes. Moving statistics of others stay as they are. */
  readonly updates: readonly Name[]
  readonly optimizer: Optimizer
  /** Executions per step; default 1. */
  readonly repeats?: number
  /**
   * Steps whose gradients are summed before the weights change, all with the same weights: parts of a batch that one step does not
   * hold. Default 1.
   */
  readonly accumulate?: number
  loss(context: PhaseContext<Name>): PhaseResult
}

/** New values without a gradient: averages, target networks, coefficients that follow what was found. */
export interface Assignment<Name extends string = string> {
  readonly name: string
  /** Every so many steps, after the first when it is larger than 1; default 1. */
  readonly every?: number
  /** New weights of networks (by `layer/weight`; what is left out stays) and new variables, by name. */
  assign(context: PhaseContext<Name>): Readonly<Record<string, Value | NamedValues>>
}

export type Phase<Name extends string = string> = Descent<Name> | Assignment<Name>

export const isDescent = <Name extends string>(phase: Phase<Name>): phase is Descent<Name> => 'loss' in phase

/** The phases that descend. */
export const descentsOf = <Name extends string>(phases: readonly Phase<Name>[]): Descent<Name>[] =>
  phases.filter(isDescent)
