// Graphs as text.
import { expect, it } from 'vitest'
import * as g from '../../src/graph/build.ts'
import { apply, applyAll } from '../../src/graph/ops.ts'
import { printGraph } from '../../src/graph/printer.ts'
import { constant, input } from '../../src/graph/value.ts'
import { literal } from '../support/tensors.ts'

const text = (...lines: string[]): string => lines.join('\n')

it('writes one line a node, in an order in which it can run', () => {
  const x = input('x', [32, 784])
  const kernel = input('dense/kernel', [784, 10])
  const h = g.leakyRelu(g.matMul(x, kernel), 0.2)
  const graph = { inputs: [x, kernel], outputs: { logits: h, mean: g.reduceMean(h, { axes: [1] }) } }
  expect(printGraph(graph)).toBe(
    text(
      '%x float32[32, 784] = Input',
      '%dense/kernel float32[784, 10] = Input',
      '%0 float32[32, 10] = MatMul(%x, %dense/kernel)',
      '%1 float32[32, 10] = LeakyRelu(%0) {alpha: 0.2}',
      '%2 float32[32] = ReduceMean(%1) {axes: [1], keepdims: 0}',
      'return logits: %1, mean: %2',
    ),
  )
})

it('writes scalar constants where they are used and cuts long ones', () => {
  const x = input('x', [100])
  const many = constant(
    Array.from({ length: 100 }, (_, i) => i / 3),
    [100],
  )
  const few = literal([1.5, -2], 'float64')
  const graph = { inputs: [x], outputs: { y: g.add(g.mul(x, 0.1), many), few } }
  expect(printGraph(graph)).toBe(
    text(
      '%x float32[100] = Input',
      '%0 float32[100] = Mul(%x, 0.1)',
      '%1 float32[100] = Constant [0, 0.333333, 0.666667, 1, 1.33333, 1.66667, 2, 2.33333, ... 100 numbers]',
      '%2 float32[100] = Add(%0, %1)',
      '%3 float64[2] = Constant [1.5, -2]',
      'return y: %2, few: %3',
    ),
  )
})

it('shows unused inputs, labels, types and text attributes', () => {
  const x = input('x', [2])
  const unused = input('unused', [], 'int64')
  const mask = g.cast(x, 'bool')
  const graph = {
    inputs: [x, unused],
    outputs: { y: apply('Not', [mask], {}, 'block1/not'), fixed: g.stopGradient(x) },
  }
  expect(printGraph(graph)).toBe(
    text(
      '%x float32[2] = Input',
      '%unused int64[] = Input',
      "%0 bool[2] = Cast(%x) {to: 'bool'}",
      '%1 bool[2] = Not(%0) // block1/not',
      '%2 float32[2] = StopGradient(%x)',
      'return y: %1, fixed: %2',
    ),
  )
})

it('indents the body of a scan and names all its outputs', () => {
  const row = input('row', [3])
  const rows = input('rows', [4, 3])
  const body = { inputs: [row], outputs: { double: g.mul(row, 2), sum: g.reduceSum(row) } }
  const [double, sum] = applyAll('ScanSlices', [rows], { body, shared: 0 })
  expect(printGraph({ inputs: [rows], outputs: { double: double!, sum: sum! } })).toBe(
    text(
      '%rows float32[4, 3] = Input',
      '%0 float32[4, 3], %1 float32[4] = ScanSlices(%rows) {body: {',
      '  %row float32[3] = Input',
      '  %0 float32[3] = Mul(%row, 2)',
      '  %1 float32[] = ReduceSum(%row) {axes: [0], keepdims: 0}',
      '  return double: %0, sum: %1',
      '}, shared: 0}',
      'return double: %0, sum: %1',
    ),
  )
})
