// Masks as factors, and arrays with trailing axes of one number.
import { describe, expect, it } from 'vitest'
import * as g from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { input } from '../../src/graph/value.ts'
import { multiplyMasks } from '../../src/lowering/masks.ts'
import { dropTrailingOnes } from '../../src/lowering/trailing-ones.ts'
import { countOps, expectKept, graphOf, nodesOf } from './nodes.ts'

const x = input('x', [3, 4])
const dy = input('dy', [3, 4])

describe('multiplyMasks', () => {
  it('turns the choice of a gradient where something is positive into a product', () => {
    const graph = graphOf(g.where(g.greater(x, 0), dy, 0))
    const after = multiplyMasks(graph)
    expect(countOps(after)).toEqual({ HardSigmoid: 1, Mul: 1 })
    expectKept(graph, after)
  })

  it('turns the choice of a gradient between a number and its part into a product with slopes', () => {
    const graph = graphOf(g.where(g.less(x, 0), g.mul(dy, 0.2), dy))
    const after = multiplyMasks(graph)
    expect(countOps(after)).toMatchObject({ HardSigmoid: 1, Mul: 2, Add: 1 })
    expect(countOps(after).Where).toBeUndefined()
    expectKept(graph, after)
    const at = (x: number[], dy: number[]) => ({
      x: {
        shape: [3, 4],
        dtype: 'float32' as const,
        data: Float64Array.from({ length: 12 }, (_, i) => x[i % 4]!),
      },
      dy: {
        shape: [3, 4],
        dtype: 'float32' as const,
        data: Float64Array.from({ length: 12 }, (_, i) => dy[i % 4]!),
      },
    })
    const infinite = at([0, -1, 2, -3], [1, Infinity, -Infinity, -4])
    expect(interpret(after, infinite)).toEqual(interpret(graph, infinite))
  })

  it('leaves other choices', () => {
    for (const y of [
      g.where(g.less(x, 0), g.mul(dy, 0.2), x),
      g.where(g.less(x, 1), g.mul(dy, 0.2), dy),
      g.where(g.greater(x, 1), dy, 0),
      g.where(g.greater(x, 0), dy, 2),
      g.where(g.less(x, 0), dy, 0),
      g.where(g.greater(g.reduceSum(x, { axes: [0] }), 0), dy, 0),
    ])
      expect(countOps(multiplyMasks(graphOf(y))).Where).toBe(1)
  })

  it('reads a mask of bytes and its scale in one operator', () => {
    const bytes = input('bytes', [3, 4], 'uint8')
    const mask = g.mul(g.cast(bytes, 'float32'), 4 / 3)
    const graph = graphOf(g.mul(x, mask), g.mul(dy, mask))
    const after = multiplyMasks(graph)
    expect(countOps(after)).toEqual({ DequantizeLinear: 1, Mul: 2 })
    const swapped = graphOf(g.mul(4 / 3, g.cast(bytes, 'float32')))
    expect(countOps(multiplyMasks(swapped))).toEqual({ DequantizeLinear: 1 })
  })
})

describe('dropTrailingOnes', () => {
  it('computes an array [.., 1] with a number as a list', () => {
    const image = input('image', [2, 3, 3, 1])
    const bias = input('bias', [1])
    const graph = graphOf(g.sub(0.5, g.mul(g.add(image, bias), 3)))
    const after = dropTrailingOnes(graph)
    expect(countOps(after)).toMatchObject({ Add: 1, Mul: 1, Sub: 1 })
    expectKept(graph, after)
    expect(
      nodesOf(after)
        .filter(({ op }) => ['Add', 'Mul', 'Sub'].includes(op))
        .map(({ outputs }) => outputs[0]!.shape),
    ).toEqual([[18], [18], [18]])
  })

  it('leaves arrays with another last axis, and two arrays', () => {
    const column = input('column', [3, 1])
    for (const y of [g.add(x, 2), g.add(column, input('other', [3, 1])), g.add(column, dy)])
      expect(countOps(dropTrailingOnes(graphOf(y))).Reshape).toBeUndefined()
  })
})
