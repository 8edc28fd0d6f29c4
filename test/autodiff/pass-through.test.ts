// Gradients through what has none: the values stay what they are, to the bit, and gradients go through stand-ins.
import { describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/index.ts'
import { type PassThroughOptions, passThrough } from '../../src/autodiff/pass-through.ts'
import * as g from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { constant, input, type Value } from '../../src/graph/value.ts'
import { tensor } from '../support/tensors.ts'

const numbers = [-1.7, 0.4, 2.2, -0.3]
function passed(f: (x: Value) => Value, options?: PassThroughOptions) {
  const x = input('x', [1, 4])
  const y = f(x)
  const made = passThrough({ inputs: [x], outputs: { y } }, options)
  const slope = (value: Value): Value => gradients(g.reduceSum(value), [x])[0]!
  const at = { x: tensor([numbers]) }
  const found = interpret(
    { y, same: made.graph.outputs.y!, before: slope(y), after: slope(made.graph.outputs.y!) },
    at,
  )
  expect([...found.same!.data]).toEqual([...found.y!.data])
  return {
    flat: made.flat.map(({ node, standIn }) => [node.op, standIn]),
    before: Array.from(found.before!.data, (n) => n + 0),
    after: Array.from(found.after!.data, (n) => n + 0),
  }
}
const sigmoidSlope = (x: number): number => {
  const p = 1 / (1 + Math.exp(-x))
  return p * (1 - p)
}
const zeros = [0, 0, 0, 0]
const ones = [1, 1, 1, 1]

describe('gradients are passed through', () => {
  it.each([
    ['Round', g.round],
    ['Floor', g.floor],
    ['Ceil', g.ceil],
  ] as const)('%s as if it were the identity', (op, f) => {
    expect(passed(f)).toEqual({ flat: [[op, 'taken as the identity']], before: zeros, after: ones })
  })

  it('Sign between -1 and 1', () => {
    expect(passed(g.sign)).toEqual({
      flat: [['Sign', 'taken as the identity between -1 and 1']],
      before: zeros,
      after: [0, 1, 0, 1],
    })
  })

  it('a cast to whole numbers and back, moved and computed with on the way', () => {
    const { flat, before, after } = passed((x) => {
      const whole = g.cast(g.mul(x, 10), 'int64')
      return g.cast(g.mul(g.transpose(g.add(whole, 3), [1, 0]), 2), 'float32')
    })
    expect(flat).toEqual([['Cast', 'taken as the identity']])
    expect([before, after]).toEqual([zeros, [20, 20, 20, 20]])
  })

  it('a comparison whose truth becomes a number, as a sigmoid', () => {
    const { flat, after } = passed((x) => g.cast(g.greater(x, 0.5), 'float32'))
    expect(flat).toEqual([['Greater', 'taken as a sigmoid of the difference']])
    after.forEach((slope, i) => void expect(slope).toBeCloseTo(sigmoidSlope(numbers[i]! - 0.5), 10))
  })

  it('truths that are combined', () => {
    const { after } = passed((x) => g.cast(g.and(g.greater(x, -1), g.not(g.less(x, -2))), 'float32'))
    expect(after.filter((slope) => Math.abs(slope) > 1e-3)).toHaveLength(4)
  })

  it('the place of the largest, which picks a row', () => {
    const places = constant([0, 1, 2, 3], [1, 4], 'int64')
    const { flat, before, after } = passed((x) =>
      g.mul(g.cast(g.equal(g.argMax(x, 1, true), places), 'float32'), constant([1, 4, 2, 7], [4])),
    )
    expect(flat.map(([op]) => op)).toEqual(['ArgMax'])
    expect(before).toEqual(zeros)
    expect(after.some((slope) => slope !== 0)).toBe(true)
  })
})

describe('gradients are left alone', () => {
  it('where a choice is made: what is chosen has the right gradient', () => {
    const { flat, before, after } = passed((x) => g.where(g.greater(x, 0), g.mul(x, 3), x))
    expect(flat).toEqual([])
    expect([before, after]).toEqual([
      [1, 3, 3, 1],
      [1, 3, 3, 1],
    ])
  })

  it('where nothing varies', () => {
    expect(passed((x) => g.mul(x, g.round(constant([1.4], [1])))).flat).toEqual([])
  })

  it('where it is not asked for, which is told', () => {
    const { flat, after } = passed((x) => g.add(g.round(x), g.floor(x)), {
      where: ({ op }) => op === 'Floor',
    })
    expect(flat).toEqual([
      ['Round', undefined],
      ['Floor', 'taken as the identity'],
    ])
    expect(after).toEqual(ones)
  })
})
