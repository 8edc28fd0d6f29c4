// What graphs are said to compute and move, against what was counted by hand.
import { expect, it } from 'vitest'
import * as g from '../../src/graph/build.ts'
import { repeat } from '../../src/graph/repeat.ts'
import { input } from '../../src/graph/value.ts'
import { workOf } from '../../src/graph/work.ts'
import { lower } from '../../src/lowering/lower.ts'

it('counts products by what they sum over, and the bytes of the rest', () => {
  const [a, b] = [input('a', [2, 3]), input('b', [3, 5])]
  const y = g.relu(g.matMul(a, b))
  expect(workOf({ inputs: [a, b], outputs: { y } })).toEqual({
    multiplications: 2 * 3 * 5,
    bytes: 2 * 10 * 4,
    operators: 2,
  })
})

it('counts a product with a transposed factor as the same work', () => {
  const [a, b] = [input('a', [2, 3]), input('b', [5, 3])]
  const graph = { inputs: [a, b], outputs: { y: g.matMul(a, g.transpose(b, [1, 0])) } }
  expect(workOf(lower(graph)).multiplications).toBe(2 * 3 * 5)
})

it('counts the three forms of a convolution alike', () => {
  const [x, kernel] = [input('x', [2, 3, 8, 8]), input('kernel', [4, 3, 3, 3])]
  const geometry = { strides: [2, 2], pads: [1, 1, 1, 1] }
  const y = g.conv(x, kernel, geometry)
  expect(y.shape).toEqual([2, 4, 4, 4])
  const multiplications = 2 * 4 * 4 * (4 * 3 * 3 * 3)
  const dx = g.convInputGradient(y, kernel, { ...geometry, inputShape: x.shape })
  const dk = g.convFilterGradient(x, y, { ...geometry, kernelShape: kernel.shape })
  const count = (value: typeof y) => workOf({ inputs: [x, kernel], outputs: { value } }).multiplications
  expect(count(y)).toBe(multiplications)
  expect(count(dx) - count(y)).toBe(multiplications)
  expect(count(dk) - count(y)).toBe(multiplications)
})

it('counts the body of a loop as often as it runs', () => {
  const a = input('a', [4, 4])
  const [y] = repeat(7, [a], ([value]) => [g.matMul(value!, value!)])
  expect(workOf({ inputs: [a], outputs: { y: y! } })).toEqual({
    multiplications: 7 * 64,
    bytes: 0,
    operators: 7,
  })
})
