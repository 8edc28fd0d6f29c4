// Runs step graphs in the float64 interpreter, step after step, for tests.

import { type Examples, examplesSource } from '../../src/data/source.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import type { Graph, Tensor } from '../../src/graph/value.ts'
import { drawsOf, feeder } from '../../src/training/feeds.ts'
import { initialState } from '../../src/training/state.ts'
import type { StepGraph } from '../../src/training/step.ts'
import { randomStream } from '../../src/util/random.ts'
import { sizeOf } from '../../src/util/shape.ts'

/** Arrays by name, in float64. */
export type Arrays = Record<string, Float64Array>

export interface StepResult {
  /** The state after the step, by the names of its inputs. */
  readonly state: Arrays
  readonly metrics: Readonly<Record<string, number>>
}

/** What the weights start from, with some noise on all of them, so that no bias is zero and no slot is at rest. */
export function noisyState(step: StepGraph, seed = 1, noise = 0.1): Arrays {
  const start = initialState(step.state, seed)
  return Object.fromEntries(
    step.state.map(({ name, shape, initializer }) => {
      const random = randomStream(seed, `noise/${name}`)
      // Slots may hold sums of squares: only positive noise for them.
      const shift = (): number => noise * (initializer ? random.normal() : random.uniform())
      return [
        name,
        Float64Array.from({ length: sizeOf(shape) }, (_, i) => Math.fround(start[name]![i]! + shift())),
      ]
    }),
  )
}

/** The feeds of one step, exactly the numbers that training uses. */
export function feedsOf(
  step: StepGraph,
  examples: Examples,
  index: number,
  { seed = 1, batches = 'replacement' }: { seed?: number; batches?: 'replacement' | 'epoch' } = {},
): Record<string, Tensor> {
  const batchSize = step.feeds.find(({ kind }) => kind === 'column')?.shape[0] ?? 1
  const source = examplesSource(examples, batches).open({ seed, batchSize, draws: drawsOf(step.feeds) })
  const made = feeder(step.feeds, { seed, source })(index, 1)
  return Object.fromEntries(
    step.feeds.map(({ name, shape }) => [
      name,
      { shape, data: Float64Array.from(made[name]!.data as ArrayLike<number | bigint>, Number) },
    ]),
  )
}

/** One step of `graph`, which is the step's own graph unless told. */
export function runStep(
  step: StepGraph,
  state: Arrays,
  feeds: Readonly<Record<string, Tensor>>,
  graph: Graph = step.graph,
): StepResult {
  const given = Object.fromEntries(step.state.map(({ name, shape }) => [name, { shape, data: state[name]! }]))
  const results = interpret(graph, { ...given, ...feeds })
  return {
    state: Object.fromEntries(step.state.map(({ name, next }) => [name, results[next]!.data])),
    metrics: Object.fromEntries(
      Object.entries(step.metrics).map(([name, output]) => [name, results[output]!.data[0]!]),
    ),
  }
}

/** Largest difference between two sets of arrays of the same names. */
export function largestDifference(a: Readonly<Arrays>, b: Readonly<Arrays>): number {
  const [names, others] = [Object.keys(a).sort(), Object.keys(b).sort()]
  if (names.join() !== others.join()) throw new Error(`names differ: ${names} and ${others}`)
  let largest = 0
  for (const name of names) {
    if (a[name]!.length !== b[name]!.length) throw new Error(`"${name}" differs in length`)
    a[name]!.forEach((value, i) => {
      const difference = Math.abs(value - b[name]![i]!)
      if (!(difference <= largest)) largest = difference
    })
  }
  return largest
}
