// ScanSlices: a sub-graph run for every slice.
import { expect, it } from 'vitest'
import * as g from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { applyAll } from '../../src/graph/ops.ts'
import { type Graph, input, type Value } from '../../src/graph/value.ts'
import { ShapeError } from '../../src/util/errors.ts'
import { counting, literal } from '../support/tensors.ts'

/** matrix times row, and the sum of the row. */
function body(): Graph {
  const matrix = input('matrix', [2, 3])
  const row = input('row', [1, 3])
  return {
    inputs: [matrix, row],
    outputs: { product: g.matMul(matrix, g.transposeLast(row)), total: g.reduceSum(row) },
  }
}
const matrix = literal([
  [1, 1, 1],
  [0, 10, 100],
])

it('stacks every output of the body, and passes the shared inputs whole', () => {
  const rows = input('rows', [2, 1, 3])
  const [product, total] = applyAll('ScanSlices', [matrix, rows], { body: body(), shared: 1 })
  expect(product!.shape).toEqual([2, 2, 1])
  expect(total!.shape).toEqual([2])
  const found = interpret({ product: product!, total: total! }, { rows: counting([2, 1, 3]) })
  expect(Array.from(found.product!.data)).toEqual([3, 210, 12, 540])
  expect(Array.from(found.total!.data)).toEqual([3, 12])
})

it('slices all inputs when none is shared', () => {
  const a = input('a', [])
  const b = input('b', [])
  const product: Graph = { inputs: [a, b], outputs: { y: g.mul(a, b) } }
  const [y] = applyAll('ScanSlices', [literal([1, 2, 3]), literal([10, 100, 1000])], { body: product })
  expect(Array.from(interpret({ y: y! }).y!.data)).toEqual([10, 200, 3000])
})

it('copies a slice that the body only passes on', () => {
  const slice = input('slice', [2])
  const [y] = applyAll(
    'ScanSlices',
    [
      literal([
        [1, 2],
        [3, 4],
      ]),
    ],
    {
      body: { inputs: [slice], outputs: { slice } },
    },
  )
  expect(Array.from(interpret({ y: y! }).y!.data)).toEqual([1, 2, 3, 4])
})

it('names an input whose shape is not that of the body', () => {
  const scan = (rows: Value, shared: number) => () =>
    applyAll('ScanSlices', [matrix, rows], { body: body(), shared })
  expect(scan(input('rows', [4, 3]), 1)).toThrow(ShapeError)
  expect(scan(input('rows', [4, 3]), 1)).toThrow('input 1 must be float32 [4, 1, 3], got float32 [4, 3]')
  expect(scan(input('rows', [2, 1, 3]), 0)).toThrow('input 0 must be float32 [2, 2, 3], got float32 [2, 3]')
  expect(scan(input('rows', [2, 1, 3]), 2)).toThrow('at least one must be sliced')
  expect(() => applyAll('ScanSlices', [matrix], { body: body() })).toThrow('for a body of 2 inputs')
})

it('refuses a body that reads inputs from outside', () => {
  const own = input('own', [])
  const outer = input('outer', [])
  const [y] = applyAll('ScanSlices', [literal([1, 2])], {
    body: { inputs: [own], outputs: { y: g.add(own, outer) } },
  })
  expect(() => interpret({ y: y! }, { outer: counting([]) })).toThrow(
    'ScanSlices: the body reads "outer", which is not one of its inputs',
  )
})
