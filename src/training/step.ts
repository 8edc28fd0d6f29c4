// From an objective to one training step: a graph from old state and fresh feeds to new state and metrics.
import { gradients } from '../autodiff/backward.ts'
import { cast, mul } from '../graph/build.ts'
import { type Graph, input, type Value } from '../graph/value.ts'
import type { Initializer } from '../initializers/initializer.ts'
import type { RandomSource } from '../layers/layer.ts'
import type { Network, NetworkWeight } from '../layers/network.ts'
import type { BoundNetwork, Objective, Phase, PhaseContext, PhaseResult } from '../objectives/objective.ts'
import type { Optimizer } from '../optimizers/optimizer.ts'
import { ConfigError } from '../util/errors.ts'
import type { Shape } from '../util/shape.ts'

/** One array carried from step to step: a weight, or an optimizer's slot beside it. */
export interface StateSpec {
  readonly name: string
  /** Name of the graph's output with the new value. */
  readonly next: string
  readonly shape: Shape
  /** How it starts; slots start at zero. */
  readonly initializer: Initializer | undefined
}

/** One array fed afresh at every step, of this shape per step. */
export type FeedSpec = { readonly name: string; readonly shape: Shape } & (
  | { readonly kind: 'images'; readonly draw: number }
  | { readonly kind: 'labels'; readonly draw: number }
  | { readonly kind: 'dropout'; readonly rate: number }
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  | { readonly kind: 'normal'; readonly mean: number; readonly deviation: number }
  | {
      readonly kind: 'schedule'
      readonly optimizer: Optimizer
      readonly entry: string
      readonly perStep: number
      readonly position: number
    }
)

/** Dropout masks are bytes, everything else is float32. */
export const dtypeOf = ({ kind }: FeedSpec): 'uint8' | 'float32' => (kind === 'dropout' ? 'uint8' : 'float32')

export interface StepGraph {
  readonly graph: Graph
  readonly state: readonly StateSpec[]
  readonly feeds: readonly FeedSpec[]
  /** Names of the graph's scalar outputs that are logged. */
  readonly metrics: readonly string[]
}

export interface StepOptions {
  readonly batchSize: number
  /** Shape of one example. */
  readonly exampleShape: Shape
  /** Networks that learn in this step; everything is computed, but the others stay as they are. Default: all. */
  readonly learners?: readonly string[]
}

/** Inputs made while a step is written, each once. */
export class Feeds {
  readonly specs: FeedSpec[] = []
  readonly values = new Map<string, Value>()

  add(spec: FeedSpec): Value {
    const before = this.values.get(spec.name)
    if (before) return before
    const value = input(spec.name, spec.shape, dtypeOf(spec))
    this.values.set(spec.name, value)
    this.specs.push(spec)
    return value
  }

  /** Random inputs named `prefix/kind-number`. */
  random(prefix: string): RandomSource {
    let count = 0
    return {
      dropout: (shape, rate) => {
        const kept = this.add({ kind: 'dropout', name: `${prefix}/dropout-${count++}`, shape, rate })
        return mul(cast(kept, 'float32'), 1 / (1 - rate))
      },
      uniform: (shape, low = 0, high = 1) =>
        this.add({ kind: 'uniform', name: `${prefix}/uniform-${count++}`, shape, low, high }),
      normal: (shape, mean = 0, deviation = 1) =>
        this.add({ kind: 'normal', name: `${prefix}/normal-${count++}`, shape, mean, deviation }),
    }
  }
}

/** What a phase's loss may use; real examples and labels become feeds only when they are asked for. */
export const phaseContext = (
  feeds: Feeds,
  {
    batchSize,
    exampleShape,
    repeat,
    random,
    networks,
  }: StepOptions & { readonly repeat: number } & Pick<PhaseContext, 'random' | 'networks'>,
): PhaseContext => ({
  batchSize,
  get real() {
    return feeds.add({
      kind: 'images',
      name: repeat === 0 ? 'images' : `images-${repeat}`,
      draw: repeat,
      shape: [batchSize, ...exampleShape],
    })
  },
  get labels() {
    return cast(
      feeds.add({
        kind: 'labels',
        name: repeat === 0 ? 'labels' : `labels-${repeat}`,
        draw: repeat,
        shape: [batchSize],
      }),
      'int64',
    )
  },
  random,
  networks,
})

/**
 * Writes one step: every phase in order, each seeing the weights that the phases before it left.
 *
 * @throws ConfigError when an objective uses two weights of one name
 */
export function stepGraph(
  objective: Objective,
  { batchSize, exampleShape, learners }: StepOptions,
): StepGraph {
  const networks = Object.entries<Network>(objective.networks)
  const specs = new Map<string, NetworkWeight>()
  for (const [, network] of networks)
    for (const weight of network.weights) {
      if (specs.has(weight.name)) throw new ConfigError(`two weights are named "${weight.name}"`)
      specs.set(weight.name, weight)
    }
  const inputs = new Map<string, Value>()
  const now: Record<string, Value> = {}
  const state: StateSpec[] = []
  const addState = (name: string, shape: Shape, initializer: Initializer | undefined): void => {
    const value = input(name, shape)
    inputs.set(name, value)
    now[name] = value
    state.push({ name, next: `next/${name}`, shape, initializer })
  }
  for (const { name, shape, initializer } of specs.values()) addState(name, shape, initializer)

  const optimizers: Optimizer[] = []
  const indexOf = (optimizer: Optimizer): number => {
    if (!optimizers.includes(optimizer)) optimizers.push(optimizer)
    return optimizers.indexOf(optimizer)
  }
  const slotName = (optimizer: Optimizer, weight: string, slot: string): string =>
    `optimizer-${indexOf(optimizer)}/${weight}/${slot}`
  /** An optimizer counts its updates of the same networks. */
  const playersKey = ({ optimizer, updates }: Phase): string =>
    `${indexOf(optimizer)}/${[...updates].sort().join('+')}`
  const perStep = new Map<string, number>()
  for (const phase of objective.phases)
    perStep.set(playersKey(phase), (perStep.get(playersKey(phase)) ?? 0) + (phase.repeats ?? 1))
  const positions = new Map<string, number>()

  const feeds = new Feeds()
  const results: Record<string, PhaseResult> = {}
  for (const phase of objective.phases) {
    for (let repeat = 0; repeat < (phase.repeats ?? 1); repeat++) {
      const prefix = repeat === 0 ? phase.name : `${phase.name}-${repeat}`
      const random = feeds.random(prefix)
      const updates: Record<string, Value> = {}
      const bound = Object.fromEntries(
        networks.map(([name, network]) => {
          const call = (training: boolean) => (given: Value) => {
            const learns = training && phase.updates.includes(name)
            // A second call moves the moving statistics on from where the first left them.
            const weights = learns ? { ...now, ...updates } : now
            const result = network.call({ input: given, weights, training, random })
            if (learns) Object.assign(updates, result.updates)
            return result.output
          }
          return [name, Object.assign(call(true), { inference: call(false) }) as BoundNetwork]
        }),
      )
      const result = phase.loss(
        phaseContext(feeds, { batchSize, exampleShape, repeat, random, networks: bound }),
      )
      results[phase.name] = result

      const key = playersKey(phase)
      const position = positions.get(key) ?? 0
      positions.set(key, position + 1)
      const schedule = Object.fromEntries(
        Object.keys(phase.optimizer.schedule(1)).map((entry) => [
          entry,
          feeds.add({
            kind: 'schedule',
            name: `${prefix}/${entry}`,
            shape: [],
            optimizer: phase.optimizer,
            entry,
            perStep: perStep.get(key)!,
            position,
          }),
        ]),
      )
      const weights = phase.updates.flatMap((name) =>
        objective.networks[name]!.weights.filter(({ trainable }) => trainable),
      )
      // Weights are what they are: no gradient flows back through the updates of earlier phases.
      const slopes = gradients(
        result.loss,
        weights.map(({ name }) => now[name]!),
        { constants: Object.values(now) },
      )
      const changed: Record<string, Value> = { ...updates }
      weights.forEach(({ name, shape }, i) => {
        const slots = Object.fromEntries(
          phase.optimizer.slots.map((slot) => {
            const full = slotName(phase.optimizer, name, slot)
            if (!now[full]) addState(full, shape, undefined)
            return [slot, now[full]!]
          }),
        )
        const updated = phase.optimizer.update({ weight: now[name]!, gradient: slopes[i]!, slots, schedule })
        changed[name] = updated.weight
        for (const [slot, value] of Object.entries(updated.slots))
          changed[slotName(phase.optimizer, name, slot)] = value
      })
      if (!learners || phase.updates.some((name) => learners.includes(name))) Object.assign(now, changed)
    }
  }
  const report = objective.report(results)
  const outputs: Record<string, Value> = {}
  for (const { name, next } of state) outputs[next] = now[name]!
  for (const [name, value] of Object.entries(report)) outputs[name] = value
  return {
    graph: { inputs: [...inputs.values(), ...feeds.values.values()], outputs },
    state,
    feeds: feeds.specs,
    metrics: Object.keys(report),
  }
}
