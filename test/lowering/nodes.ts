// Looks into graphs and compares them, for the tests of rewrites.
import { expect } from 'vitest'
import { interpret } from '../../src/graph/interpreter.ts'
import {
  type Graph,
  inputName,
  type Node,
  sortNodes,
  type Tensor,
  type Value,
} from '../../src/graph/value.ts'
import { uniformTensor } from '../support/tensors.ts'

/** The nodes that a graph's outputs depend on. */
export const nodesOf = (graph: Graph): Node[] => sortNodes(Object.values(graph.outputs))

/** How many nodes of each operator there are, inputs and constants left out. */
export function countOps(graph: Graph): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { op } of nodesOf(graph))
    if (op !== 'Input' && op !== 'Constant') counts[op] = (counts[op] ?? 0) + 1
  return counts
}

/** A graph with the outputs `y`, or `y0`, `y1`, ...; its inputs are found. */
export function graphOf(...values: readonly Value[]): Graph {
  const outputs = Object.fromEntries(values.map((value, i) => [values.length === 1 ? 'y' : `y${i}`, value]))
  const inputs = sortNodes(values).flatMap((node) => (node.op === 'Input' ? [node.outputs[0]!] : []))
  return { inputs, outputs }
}

/** Numbers in [-1, 1) for every input of a graph. */
export const feedsFor = (graph: Graph, seed = 1): Record<string, Tensor> =>
  Object.fromEntries(
    graph.inputs.map((value) => [
      inputName(value)!,
      uniformTensor(value.shape, inputName(value)!, -1, 1, seed),
    ]),
  )

interface Numbers {
  readonly shape: readonly number[]
  readonly data: ArrayLike<number>
}

/** Largest difference of two arrays, relative to the largest number expected, but at least to 1. */
export function differenceOf(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length)
  let [largest, size] = [0, 1]
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!)
    if (Number.isNaN(difference)) return Number.NaN
    largest = Math.max(largest, difference)
    size = Math.max(size, Math.abs(expected[i]!))
  }
  return largest / size
}

/** Fails unless all arrays have the expected names and shapes and differ by `tolerance` at most. */
export function expectSame(
  actual: Readonly<Record<string, Numbers>>,
  expected: Readonly<Record<string, Numbers>>,
  tolerance = 1e-9,
): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected))
  for (const [name, { shape, data }] of Object.entries(expected)) {
    expect([...actual[name]!.shape], name).toEqual([...shape])
    expect(differenceOf(actual[name]!.data, data), name).toBeLessThanOrEqual(tolerance)
  }
}

/** Fails unless a rewritten graph keeps names, types, shapes and, for random feeds, the results. */
export function expectKept(before: Graph, after: Graph, { seed = 1, tolerance = 1e-9 } = {}): void {
  expect(after.inputs).toEqual(before.inputs)
  for (const [name, { dtype, shape }] of Object.entries(before.outputs))
    expect([after.outputs[name]?.dtype, after.outputs[name]?.shape], name).toEqual([dtype, shape])
  const feeds = feedsFor(before, seed)
  expectSame(interpret(after, feeds), interpret(before, feeds), tolerance)
}
