// The interpreter: what is fed, what comes back, what is refused.
import { describe, expect, it } from 'vitest'
import * as g from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { constant, input, makeNode, scalar, type Value } from '../../src/graph/value.ts'
import { ShapeError, UnsupportedError } from '../../src/util/errors.ts'
import { literal, tensor } from '../support/tensors.ts'

const x = input('x', [2])
const y = input('y', [2])

describe('interpret', () => {
  it('returns the wanted values under their names, with their shapes', () => {
    const found = interpret(
      { sum: g.add(x, y), outer: g.mul(g.reshape(x, [2, 1]), y) },
      { x: tensor([1, 2]), y: tensor([10, 20]) },
    )
    expect(found).toEqual({
      sum: { shape: [2], data: Float64Array.of(11, 22) },
      outer: { shape: [2, 2], data: Float64Array.of(10, 20, 20, 40) },
    })
  })

  it('takes a graph or a record of values, even one that is called inputs', () => {
    const feeds = { x: tensor([1, 2]) }
    const double = g.mul(x, 2)
    expect(interpret({ inputs: [x], outputs: { double } }, feeds).double!.data).toEqual(Float64Array.of(2, 4))
    expect(interpret({ inputs: double }, feeds).inputs!.data).toEqual(Float64Array.of(2, 4))
  })

  it('needs feeds only for what the wanted values depend on, and ignores others', () => {
    const feeds = { x: tensor([1, 2]), unknown: tensor(3) }
    expect(interpret({ inputs: [x, y], outputs: { x } }, feeds).x!.data).toEqual(Float64Array.of(1, 2))
  })

  it('computes float32 values in float64', () => {
    const third = g.div(scalar(1), scalar(3))
    expect(interpret({ third }).third!.data[0]).toBe(1 / 3)
  })

  it('reads feeds and constants of every storage type', () => {
    const fed = input('fed', [2], 'uint8')
    const total = g.add(g.cast(fed, 'float32'), constant(Float32Array.of(0.5, 0.25), [2]))
    const found = interpret({ total }, { fed: { shape: [2], data: Uint8Array.of(255, 1) } })
    expect(found.total!.data).toEqual(Float64Array.of(255.5, 1.25))
  })

  it('returns copies: feeds and constants cannot be changed through results', () => {
    const fed = tensor([1, 2])
    const numbers = Float64Array.of(5)
    const kept = constant(numbers, [1])
    const found = interpret({ x, kept }, { x: fed })
    found.x!.data.fill(0)
    found.kept!.data.fill(0)
    expect(Array.from(fed.data)).toEqual([1, 2])
    expect(Array.from(numbers)).toEqual([5])
  })

  it('keeps a value until its last reader, and a wanted value for ever', () => {
    const a = g.exp(x)
    const b = g.add(a, a)
    const c = g.mul(g.sub(b, a), a) // exp(x)^2
    const found = interpret({ c, a, b }, { x: tensor([0, 1]) })
    expect(found.a!.data).toEqual(Float64Array.of(1, Math.E))
    expect(found.b!.data).toEqual(Float64Array.of(2, 2 * Math.E))
    expect(found.c!.data).toEqual(Float64Array.of(1, Math.E * Math.E))
  })

  it('does not run out of stack on a long chain', () => {
    let value: Value = scalar(0)
    for (let i = 0; i < 20_000; i++) value = g.add(value, 1)
    expect(interpret({ value }).value!.data[0]).toBe(20_000)
  })
})

describe('interpret refuses', () => {
  it('an input without a feed, and says what was given', () => {
    const sum = g.add(x, y)
    expect(() => interpret({ sum }, { x: tensor([1, 2]) })).toThrow(ShapeError)
    expect(() => interpret({ sum }, { x: tensor([1, 2]) })).toThrow(
      'input "y": expects float32 [2], but no tensor was given under this name (given: x)',
    )
    expect(() => interpret({ sum })).toThrow('(given: none)')
  })

  it('a feed of another shape, even of the same size', () => {
    expect(() => interpret({ x }, { x: tensor([[1, 2]]) })).toThrow(ShapeError)
    expect(() => interpret({ x }, { x: tensor([[1, 2]]) })).toThrow(
      'input "x": expects shape [2], got [1, 2]',
    )
  })

  it('a feed whose numbers do not fill its shape', () => {
    const short = { shape: [2], data: Float64Array.of(1) }
    expect(() => interpret({ x }, { x: short })).toThrow('input "x": shape [2] needs 2 numbers, got 1')
  })

  it('an operator without a kernel, by its name and label', () => {
    const strange = makeNode('Strange', [x], {}, [{ dtype: 'float32', shape: [2] }], 'block1/strange')
    const run = () => interpret({ y: strange.outputs[0]! }, { x: tensor([1, 2]) })
    expect(run).toThrow(UnsupportedError)
    expect(run).toThrow('operator Strange "block1/strange" has no reference kernel')
  })

  it.each([
    ['Gather', (indices: Value) => g.gather(x, indices)],
    ['GatherElements', (indices: Value) => g.gatherElements(x, indices, 0)],
    ['ScatterElements', (indices: Value) => g.scatterAdd(x, indices, literal([1]), 0)],
  ])('an index of %s outside the axis', (op, build) => {
    for (const index of [2, -3]) {
      const value = build(literal([index], 'int64'))
      expect(() => interpret({ value }, { x: tensor([1, 2]) })).toThrow(
        `${op}: index ${index} is outside an axis of length 2`,
      )
    }
  })
})
