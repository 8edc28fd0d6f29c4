// Products without transposes, biases inside products, and sums as products.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as g from '../../src/graph/build.ts'
import { constant, input, scalar, type Value } from '../../src/graph/value.ts'
import { fuseBias, fuseTransposes } from '../../src/lowering/matrix-products.ts'
import { multiplySums } from '../../src/lowering/reductions.ts'
import { countOps, expectKept, graphOf } from './nodes.ts'

describe('fuseTransposes', () => {
  const a = input('a', [3, 4])
  const b = input('b', [4, 5])
  const aTurned = g.transposeLast(input('at', [4, 3]))
  const bTurned = g.transposeLast(input('bt', [5, 4]))

  it('reads the left, the right or both operands transposed', () => {
    for (const [left, right, flags] of [
      [aTurned, b, [1, 0]],
      [a, bTurned, [0, 1]],
      [aTurned, bTurned, [1, 1]],
    ] as const) {
      const graph = graphOf(g.matMul(left, right))
      const after = fuseTransposes(graph)
      expectKept(graph, after)
      expect(countOps(after)).toEqual({ FusedMatMul: 1 })
      const { transA, transB, alpha } = after.outputs.y!.node.attributes
      expect([transA, transB, alpha]).toEqual([...flags, 1])
    }
  })

  it('also within stacks of matrices that broadcast', () => {
    const stack = input('stack', [2, 1, 4, 3])
    const other = input('other', [6, 5, 4])
    const graph = graphOf(g.matMul(g.transposeLast(stack), g.transposeLast(other)))
    const after = fuseTransposes(graph)
    expectKept(graph, after)
    expect(countOps(after)).toEqual({ FusedMatMul: 1 })
    expect(after.outputs.y!.shape).toEqual([2, 6, 3, 5])
  })

  it('leaves other transposes and products without any', () => {
    const cube = input('cube', [4, 2, 3])
    const turned = g.transpose(cube, [1, 2, 0])
    const graph = graphOf(
      g.matMul(turned, b),
      g.matMul(a, b),
      g.matMul(g.transpose(cube, [2, 1, 0]), input('m', [4, 2])),
    )
    const after = fuseTransposes(graph)
    expectKept(graph, after)
    expect(countOps(after)).toEqual({ MatMul: 3, Transpose: 2 })
  })

  it('keeps a transpose that somebody else reads', () => {
    const graph = graphOf(g.matMul(aTurned, b), g.exp(aTurned))
    const after = fuseTransposes(graph)
    expectKept(graph, after)
    expect(countOps(after)).toEqual({ Exp: 1, FusedMatMul: 1, Transpose: 1 })
  })
})

describe('fuseBias', () => {
  const x = input('x', [3, 4])
  const w = input('w', [4, 5])
  const bias = input('bias', [5])

  it('adds a row inside the product, from either side, in either form', () => {
    const flat = input('flat', [1, 5])
    for (const [value, added] of [
      [g.add(g.matMul(x, w), bias), bias],
      [g.add(bias, g.matMul(x, w)), bias],
      [g.add(g.matMul(x, w), flat), flat],
    ] as const) {
      const graph = graphOf(value)
      const after = fuseBias(graph)
      expectKept(graph, after)
      expect(countOps(after)).toEqual({ Gemm: 1 })
      expect(after.outputs.y!.node.inputs).toEqual([x, w, added])
    }
  })

  it('leaves a product that somebody else reads, so that it is not computed twice', () => {
    const product = g.matMul(x, w)
    for (const graph of [
      graphOf(g.add(product, bias), g.exp(product)),
      graphOf(g.add(product, bias), product),
      graphOf(g.add(product, g.reduceSum(product, { axes: [0] }))),
    ]) {
      const after = fuseBias(graph)
      expectKept(graph, after)
      expect(countOps(after).MatMul).toBe(1)
      expect(countOps(after).Gemm).toBeUndefined()
    }
  })

  it('leaves what is no row: scalars, columns, whole matrices and wider results', () => {
    const one = g.matMul(input('first', [1, 4]), w)
    const values: Value[] = [
      g.add(g.matMul(x, w), 2),
      g.add(g.matMul(x, w), constant([1], [1])),
      g.add(g.matMul(x, w), input('column', [3, 1])),
      g.add(g.matMul(x, w), input('full', [3, 5])),
      g.add(g.matMul(x, w), input('stack', [2, 3, 5])),
      g.add(g.matMul(x, w), input('cube', [1, 1, 5])),
      g.add(one, input('tall', [3, 5])),
      g.add(g.matMul(input('batch', [2, 3, 4]), w), bias),
      g.sub(g.matMul(x, w), bias),
    ]
    const graph = graphOf(...values)
    const after = fuseBias(graph)
    expectKept(graph, after)
    expect(countOps(after).Gemm).toBeUndefined()
  })

  it('takes in one of two products that are added', () => {
    const graph = graphOf(g.add(g.matMul(x, w), g.matMul(input('v', [1, 2]), input('u', [2, 5]))))
    const after = fuseBias(graph)
    expectKept(graph, after)
    expect(countOps(after)).toEqual({ Gemm: 1, MatMul: 1 })
  })

  it('gives one product per layer in a chain of layers', () => {
    const hidden = g.relu(g.add(g.matMul(x, w), bias))
    const graph = graphOf(g.add(g.matMul(hidden, input('w2', [5, 2])), input('bias2', [2])))
    const after = fuseBias(graph)
    expectKept(graph, after)
    expect(countOps(after)).toEqual({ Gemm: 2, Relu: 1 })
  })
})

describe('multiplySums', () => {
  it('keeps sums and means over the rows of a matrix, for any rows and columns', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 90 }),
        fc.nat(3),
        (n, m, way) => {
          const x = input('x', [n, m])
          const reduce = way % 2 === 0 ? g.reduceSum : g.reduceMean
          const graph = graphOf(reduce(x, { axes: [0], keepdims: way > 1 }))
          const after = multiplySums(graph)
          expectKept(graph, after)
          if (n * m >= 8192) expect(countOps(after).MatMul).toBe(1)
          else expect(after.outputs.y).toBe(graph.outputs.y)
        },
      ),
      { numRuns: 60, seed: 3 },
    )
  })

  it('leaves other axes and other types', () => {
    const x = input('x', [128, 64])
    const values = [
      g.reduceSum(x, { axes: [1] }),
      g.reduceSum(x),
      g.reduceMean(input('cube', [128, 8, 8]), { axes: [0, 2] }),
      g.reduceMax(x, { axes: [0] }),
      g.reduceSum(g.cast(x, 'int64'), { axes: [0] }),
      g.reduceSum(input('wide', [128, 64], 'float64'), { axes: [0] }),
    ]
    const graph = graphOf(...values)
    expect(countOps(multiplySums(graph))).toEqual(countOps(graph))
  })

  it('does not change a sum that starts from a scalar', () => {
    const graph = graphOf(g.reduceSum(g.expand(scalar(3), [128, 64]), { axes: [0] }))
    expectKept(graph, multiplySums(graph))
  })
})
