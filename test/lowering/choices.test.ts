// Choices that were taken apart become one again.
import { describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/backward.ts'
import * as g from '../../src/graph/build.ts'
import { type Graph, input, type Value } from '../../src/graph/value.ts'
import { joinChoices } from '../../src/lowering/choices.ts'
import { lower, type OptionalPass } from '../../src/lowering/lower.ts'
import { countOps, expectKept, graphOf } from './nodes.ts'

const x = input('x', [3, 4])
const a = input('a', [3, 4])
const b = input('b', [3, 4])
const negative = g.less(x, 0)

function joined(...values: readonly Value[]): Graph {
  const before = graphOf(...values)
  const after = joinChoices(before)
  expectKept(before, after)
  return after
}

describe('joinChoices', () => {
  it('joins two sides of one condition, in either order', () => {
    const sides = [g.where(negative, a, 0), g.where(negative, 0, b)] as const
    expect(countOps(joined(g.add(...sides)))).toEqual({ Less: 1, Where: 1 })
    expect(countOps(joined(g.add(sides[1], sides[0])))).toEqual({ Less: 1, Where: 1 })
  })

  it('moves a factor into its side', () => {
    const y = g.add(g.where(negative, 0, b), g.mul(0.2, g.where(negative, a, 0)))
    expect(countOps(joined(y))).toEqual({ Less: 1, Mul: 1, Where: 1 })
  })

  it('joins what reads joined choices, too', () => {
    const again = (y: Value): Value => g.add(g.where(negative, y, 0), g.mul(g.where(negative, 0, y), 0.5))
    expect(countOps(joined(again(g.exp(again(g.exp(again(x)))))))).toMatchObject({ Where: 3, Exp: 2 })
  })

  it('leaves what is no choice between a value and zero, or of another condition, or read elsewhere too', () => {
    const read = g.where(negative, a, 0)
    for (const values of [
      [g.add(g.where(negative, a, 1), g.where(negative, 0, b))],
      [g.add(g.where(negative, a, 0), g.where(negative, b, 0))],
      [g.add(g.where(negative, a, 0), g.where(g.less(a, 0), 0, b))],
      [g.add(read, g.where(negative, 0, b)), g.exp(read)],
      [g.add(g.mul(g.where(negative, a, 0), b), g.where(negative, 0, b))],
      [g.add(g.where(negative, g.reduceSum(a), 0), g.where(negative, 0, b))],
    ])
      expect(countOps(joined(...values)).Where, String(values.length)).toBe(2)
  })

  const [w, v] = [input('w', [4, 4]), input('v', [4, 2])]
  it.each([
    ['a leaky relu', (h: Value) => g.leakyRelu(h, 0.2)],
    ['a maximum', (h: Value) => g.max(g.square(h), g.add(h, 1))],
  ])('makes the derivative of a slope through %s one choice, as the slope is', (_name, bend) => {
    const [slope] = gradients(g.reduceSum(g.matMul(bend(g.matMul(x, w)), v)), [x])
    const graph = graphOf(gradients(g.reduceSum(g.square(slope!)), [v])[0]!)
    expectKept(graph, lower(graph))
    // Products with slopes, which come later, would leave no choice to count.
    const choices = (given: Graph, ...without: OptionalPass[]): number =>
      countOps(lower(given, { without: ['multiplyMasks', ...without] })).Where ?? 0
    expect(choices(graph)).toBe(choices(graph, 'joinChoices') - 1)
    expect(choices(graph)).toBe(choices(graphOf(slope!)) + 1)
  })
})
