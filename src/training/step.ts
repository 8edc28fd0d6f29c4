// From an objective to one training step: a graph from old state and fresh feeds to new state and what it found.
import { gradients } from '../autodiff/backward.ts'
import type { Columns } from '../data/source.ts'
import { add, greater, mul, where } from '../graph/build.ts'
import { type Graph, input, type Value } from '../graph/value.ts'
import { constant } from '../initializers/constant.ts'
import type { Initializer } from '../initializers/initializer.ts'
import type { Network, NetworkWeight } from '../layers/network.ts'
import type { NamedValues } from '../layers/ports.ts'
import type { Objective } from '../objectives/objective.ts'
import {
  type Assignment,
  type BoundNetwork,
  type Descent,
  isDescent,
  type PhaseContext,
  type PhaseResult,
} from '../objectives/phase.ts'
import type { Optimizer } from '../optimizers/optimizer.ts'
import { ANYTHING, checkArgument, recordOf } from '../util/arguments.ts'
import { ConfigError, ShapeError } from '../util/errors.ts'
import { formatShape, type Shape, sameShape } from '../util/shape.ts'
import { bind, bindingOf, isValue, localName, namedWeights } from './bind.ts'
import { type FeedSpec, Feeds } from './inputs.ts'
import { updatesPerStep } from './updates.ts'

/** One array carried from step to step: a weight, an optimizer's slot beside it, or a variable. */
export interface StateSpec {
  readonly name: string
  /** Name of the graph's output with the new value. */
  readonly next: string
  readonly shape: Shape
  /** How it starts; slots start at zero. */
  readonly initializer: Initializer | undefined
  /** The entry whose numbers it starts with; default its own. */
  readonly startsAs?: string | undefined
}

export interface StepGraph {
  readonly graph: Graph
  readonly state: readonly StateSpec[]
  readonly feeds: readonly FeedSpec[]
  /** What is logged: names of the graph's scalar outputs, by those of the log. */
  readonly metrics: Readonly<Record<string, string>>
  /** What the source of the data takes back: names of the graph's outputs, by its own names. */
  readonly perExample: Readonly<Record<string, string>>
}

export interface StepOptions {
  readonly batchSize: number
  /** The columns of the data. */
  readonly columns: Columns
  /** Networks that learn in this step; everything is computed, but the others stay as they are. Default: all. */
  readonly learners?: readonly string[]
}

/** What `checkArgument` takes for what a phase assigns. */
const ASSIGNED = { ...recordOf(ANYTHING), expected: 'a record of new weights of networks and new variables' }

/** What a number of the log is called among a graph's outputs: a column of the data may have its name. */
export const logName = (name: string): string => `log/${name}`

/** What a variable is called in the state. */
export const variableName = (name: string): string => `variable/${name}`

/** The state while a step is written: what every array is by now. */
class State {
  readonly inputs = new Map<string, Value>()
  readonly now: Record<string, Value> = {}
  readonly specs: StateSpec[] = []

  add(spec: Omit<StateSpec, 'next'>): void {
    const value = input(spec.name, spec.shape)
    this.inputs.set(spec.name, value)
    this.now[spec.name] = value
    this.specs.push({ ...spec, next: `next/${spec.name}` })
  }

  variables(objective: Objective): Record<string, Value> {
    return Object.fromEntries(
      Object.keys(objective.variables ?? {}).map((name) => [name, this.now[variableName(name)]!]),
    )
  }
}

/** The state of an objective before any optimizer has added its slots. */
function newState({ networks, variables = {} }: Objective, batchSize: number): State {
  const weights = new Map<string, NetworkWeight>()
  for (const network of Object.values<Network>(networks))
    for (const weight of network.weights) {
      if (weights.has(weight.name)) throw new ConfigError(`two weights are named "${weight.name}"`)
      weights.set(weight.name, weight)
    }
  const state = new State()
  for (const { name, shape, initializer, startsAs } of weights.values())
    state.add({ name, shape, initializer, ...(startsAs === undefined ? {} : { startsAs }) })
  for (const [name, { shape, initial = 0, perExample = false }] of Object.entries(variables))
    state.add({
      name: variableName(name),
      shape: perExample ? [batchSize, ...shape] : shape,
      initializer: constant({ value: initial }),
    })
  return state
}

/** Writes one step: every phase in order, each seeing the weights that the phases before it left. */
class StepWriter {
  readonly feeds = new Feeds()
  readonly results: Record<string, PhaseResult> = {}
  readonly state: State
  private readonly updates: ReturnType<typeof updatesPerStep>
  private readonly objective: Objective
  private readonly options: StepOptions

  constructor(objective: Objective, options: StepOptions) {
    this.objective = objective
    this.options = options
    this.state = newState(objective, options.batchSize)
    this.updates = updatesPerStep(objective.phases)
  }

  /** What a phase sees; `keep` takes the moving statistics of networks that learn in it. */
  private context(
    prefix: string,
    draw: number,
    { learns, changed }: { learns: (name: string) => boolean; changed: Record<string, Value> },
  ): PhaseContext {
    const { batchSize, columns } = this.options
    const random = this.feeds.random(prefix)
    const { state } = this
    let looks = 0
    return {
      batchSize,
      training: true,
      data: this.feeds.data(columns, batchSize, draw),
      random,
      networks: Object.fromEntries(
        Object.entries<Network>(this.objective.networks).map(([name, network]) => [
          name,
          bind({
            network,
            // A second call moves the moving statistics on from where the first left them.
            weights: () => (learns(name) ? { ...state.now, ...changed } : state.now),
            training: true,
            random,
            keep: learns(name) ? (updates) => void Object.assign(changed, updates) : undefined,
          }),
        ]),
      ),
      variables: state.variables(this.objective),
      results: this.results,
      scheduled: (name, at) => this.feeds.number(`${prefix}/${name}`, at),
      after: (network, loss, optimizer) => this.after(`${prefix}/ahead-${looks++}`, network, loss, optimizer),
    }
  }

  private slotName(optimizer: Optimizer, weight: string, slot: string): string {
    return `optimizer-${this.updates.indexOf(optimizer)}/${weight}/${slot}`
  }

  /** The scheduled numbers of an update, as inputs. */
  private schedule(prefix: string, optimizer: Optimizer, numberOf: (step: number) => number): NamedValues {
    return Object.fromEntries(
      Object.keys(optimizer.schedule(1)).map((entry) => [
        entry,
        this.feeds.number(`${prefix}/${entry}`, (step) => optimizer.schedule(numberOf(step))[entry]!),
      ]),
    )
  }

  /** See `PhaseContext.after`. */
  private after(prefix: string, bound: BoundNetwork, loss: Value, optimizer: Optimizer): BoundNetwork {
    const { now } = this.state
    const { keep: _, ...binding } = bindingOf(bound)
    const { network } = binding
    const { updates: made, slots: before } = binding.ahead ?? { updates: 0, slots: {} }
    const weights = binding.weights()
    const learned = network.weights.filter(({ trainable }) => trainable)
    const slopes = gradients(
      loss,
      learned.map(({ name }) => weights[name]!),
      { constants: Object.values(now) },
    )
    const numberOf = this.updates.next(optimizer, [network.name])
    const schedule = this.schedule(prefix, optimizer, (step) => numberOf(step) + made)
    const used = optimizer.together?.(slopes) ?? slopes
    const ahead: Record<string, Value> = {}
    const slotsAhead: Record<string, Value> = {}
    learned.forEach(({ name, shape }, i) => {
      const slots = Object.fromEntries(
        optimizer.slots.map((slot) => {
          const full = this.slotName(optimizer, name, slot)
          // An optimizer that has not updated this network yet begins at zero.
          return [slot, before[full] ?? now[full] ?? this.addSlot(full, shape)]
        }),
      )
      const updated = optimizer.update({
        weight: weights[name]!,
        gradient: used[i]!,
        slots,
        schedule,
        differentiable: true,
      })
      ahead[name] = updated.weight
      for (const [slot, value] of Object.entries(updated.slots))
        slotsAhead[this.slotName(optimizer, name, slot)] = value
    })
    return bind({
      ...binding,
      weights: () => ({ ...weights, ...ahead }),
      ahead: { updates: made + 1, slots: slotsAhead },
    })
  }

  private addSlot(name: string, shape: Shape): Value {
    this.state.add({ name, shape, initializer: undefined })
    return this.state.now[name]!
  }

  /** Whether this is the last of so many steps. */
  private due(prefix: string, every: number): Value {
    return greater(
      this.feeds.number(`${prefix}/due`, (step) => ((step + 1) % every === 0 ? 1 : 0)),
      0.5,
    )
  }

  /** One execution of a phase that descends. */
  descend(phase: Descent, repeat: number): void {
    const { now } = this.state
    const prefix = repeat === 0 ? phase.name : `${phase.name}-${repeat}`
    const changed: Record<string, Value> = {}
    const result = phase.loss(
      this.context(prefix, repeat, { learns: (name) => phase.updates.includes(name), changed }),
    )
    this.results[phase.name] = result
    const { accumulate = 1, optimizer } = phase
    const numberOf = this.updates.take(optimizer, phase.updates)
    const schedule = this.schedule(prefix, optimizer, (step) => numberOf(Math.floor(step / accumulate)))
    const weights = phase.updates.flatMap((name) =>
      this.objective.networks[name]!.weights.filter(({ trainable }) => trainable),
    )
    // Weights are what they are: no gradient flows back through the updates of earlier phases.
    const slopes = gradients(
      result.loss,
      weights.map(({ name }) => now[name]!),
      { constants: Object.values(now) },
    )
    const due = accumulate === 1 ? undefined : this.due(prefix, accumulate)
    const next: Record<string, Value> = { ...changed }
    const summed = weights.map(({ name, shape }, i) => {
      if (!due) return slopes[i]!
      const slot = `${prefix}/accumulated/${name}`
      const sum = add(now[slot] ?? this.addSlot(slot, shape), slopes[i]!)
      next[slot] = where(due, mul(sum, 0), sum)
      return sum
    })
    const used = optimizer.together?.(summed) ?? summed
    const set = (name: string, value: Value): void => {
      next[name] = due ? where(due, value, now[name]!) : value
    }
    weights.forEach(({ name, shape }, i) => {
      const slots = Object.fromEntries(
        optimizer.slots.map((slot) => {
          const full = this.slotName(optimizer, name, slot)
          return [slot, now[full] ?? this.addSlot(full, shape)]
        }),
      )
      const updated = optimizer.update({ weight: now[name]!, gradient: used[i]!, slots, schedule })
      set(name, updated.weight)
      for (const [slot, value] of Object.entries(updated.slots))
        set(this.slotName(optimizer, name, slot), value)
    })
    const { learners } = this.options
    if (!learners || phase.updates.some((name) => learners.includes(name))) Object.assign(now, next)
  }

  /** A phase that assigns. */
  assign(phase: Assignment): void {
    const { now } = this.state
    const { every = 1 } = phase
    const given = phase.assign(this.context(phase.name, 0, { learns: () => false, changed: {} }))
    checkArgument(`phase "${phase.name}"`, 'what assign gives', given, ASSIGNED)
    const due = every === 1 ? undefined : this.due(phase.name, every)
    const set = (name: string, value: Value): void => {
      now[name] = due ? where(due, value, now[name]!) : value
    }
    for (const [target, values] of Object.entries(given)) {
      const network = this.objective.networks[target]
      if (network) {
        if (isValue(values))
          throw new ConfigError(
            `phase "${phase.name}" assigns one value to the network "${target}"; give its weights by name: ${network.weights.map(({ name }) => localName(network, name)).join(', ')}`,
          )
        for (const [name, value] of Object.entries(namedWeights(network, values))) set(name, value)
        continue
      }
      const name = variableName(target)
      const known = Object.keys(this.objective.variables ?? {})
      if (!known.includes(target))
        throw new ConfigError(
          `phase "${phase.name}" assigns "${target}", which is neither a network (${Object.keys(this.objective.networks).join(', ')}) nor a variable (${known.join(', ') || 'there are none'}) of the objective`,
        )
      if (!isValue(values))
        throw new ConfigError(
          `phase "${phase.name}" assigns weights to the variable "${target}"; give it one value`,
        )
      const { shape } = values
      if (!sameShape(shape, now[name]!.shape))
        throw new ShapeError(
          `phase "${phase.name}": variable "${target}" is ${formatShape(now[name]!.shape)}, got ${formatShape(shape)}`,
        )
      set(name, values)
    }
  }

  finish(): StepGraph {
    const { state, results, feeds } = this
    const outputs: Record<string, Value> = {}
    for (const { name, next } of state.specs) outputs[next] = state.now[name]!
    const variables = state.variables(this.objective)
    for (const { name, value } of this.objective.logs) {
      const logged = value(results, variables)
      if (logged?.shape?.length !== 0)
        throw new ShapeError(
          `the number "${name}" of the log is ${logged?.shape ? formatShape(logged.shape) : 'no value'}, expected a scalar; take its mean`,
        )
      outputs[logName(name)] = logged
    }
    const perExample: Record<string, string> = {}
    for (const [phase, { perExample: found = {} }] of Object.entries(results))
      for (const [name, value] of Object.entries(found)) {
        if (perExample[name])
          throw new ConfigError(`phase "${phase}" gives "${name}" of each example, as another phase does`)
        perExample[name] = `example/${name}`
        outputs[`example/${name}`] = value
      }
    return {
      graph: { inputs: [...state.inputs.values(), ...feeds.values.values()], outputs },
      state: state.specs,
      feeds: feeds.specs,
      metrics: Object.fromEntries(this.objective.logs.map(({ name }) => [name, logName(name)])),
      perExample,
    }
  }
}

/**
 * Writes one step: every phase in order, each seeing the weights that the phases before it left.
 *
 * @throws ConfigError when an objective uses two weights of one name, or names what it does not have
 */
export function stepGraph(objective: Objective, options: StepOptions): StepGraph {
  const writer = new StepWriter(objective, options)
  for (const phase of objective.phases)
    if (isDescent(phase))
      for (let repeat = 0; repeat < (phase.repeats ?? 1); repeat++) writer.descend(phase, repeat)
    else writer.assign(phase)
  return writer.finish()
}
