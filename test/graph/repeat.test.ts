// Repeat: a body run a fixed number of times on what it carries.
import { describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/backward.ts'
import * as g from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { applyAll } from '../../src/graph/ops.ts'
import { printGraph } from '../../src/graph/printer.ts'
import { substitute } from '../../src/graph/substitute.ts'
import { constant, type Graph, input, type Value } from '../../src/graph/value.ts'
import { ConfigError, ShapeError } from '../../src/util/errors.ts'
import { compute, literal, tensor } from '../support/tensors.ts'

/** x to factor x + 1, so many times. */
const growing = (times: number, x: Value, factor: Value): Value =>
  g.repeat(times, [x], ([value]) => [g.add(g.mul(value!, factor), 1)])[0]!

describe('a loop', () => {
  it('runs its body as often as it is told, on what it left before', () => {
    const [x, factor] = [input('x', [2]), input('factor', [])]
    const feeds = { x: tensor([1, -3]), factor: tensor(2) }
    expect(compute(growing(1, x, factor), feeds)).toEqual([3, -5])
    expect(compute(growing(4, x, factor), feeds)).toEqual([31, -33])
  })

  it('carries several values, of any type, and gives back each', () => {
    const [a, b, n] = g.repeat(6, [literal(0), literal(1), literal(0, 'int64')], ([a, b, n]) => [
      b!,
      g.add(a!, b!),
      g.add(n!, 1),
    ])
    expect([a!, b!, n!].flatMap((value) => compute(value))).toEqual([8, 13, 6])
    expect(n!.dtype).toBe('int64')
  })

  it('takes what was made before it from outside, and what is fed too, even when its body asks for it', () => {
    const x = input('x', [])
    const before = g.exp(x)
    let asked: Value | undefined
    const [y] = g.repeat(3, [x], ([value]) => {
      asked ??= input('asked', [])
      return [g.add(g.mul(value!, before), asked)]
    })
    const { inputs, attributes } = y!.node
    expect(inputs).toEqual([x, before, asked])
    expect((attributes.body as Graph).inputs).toHaveLength(3)
    expect(compute(y!, { x: tensor(0), asked: tensor(2) })).toEqual([6])
  })

  it('keeps what its body makes in the body, the same in every pass or not', () => {
    const x = input('x', [])
    const [y] = g.repeat(2, [x], ([value]) => [g.add(value!, g.sin(x))])
    expect(y!.node.inputs).toEqual([x, x])
    expect(printGraph({ inputs: [x], outputs: { y: y! } })).toBe(
      [
        '%x float32[] = Input',
        '%0 float32[] = Repeat(%x, %x) {body: {',
        '  %carried-0 float32[] = Input',
        '  %given-0 float32[] = Input',
        '  %0 float32[] = Sin(%given-0)',
        '  %1 float32[] = Add(%carried-0, %0)',
        '  return next-0: %1',
        '}, times: 2, carried: 1}',
        'return y: %0',
      ].join('\n'),
    )
  })

  it('may hand on what it was given, a constant or a value from outside', () => {
    const x = input('x', [])
    const [same, fixed, outer] = g.repeat(2, [x, x, x], ([a]) => [a!, constant([7], []), x])
    const found = interpret({ same: same!, fixed: fixed!, outer: outer! }, { x: tensor(3) })
    expect(Object.values(found).map(({ data }) => data[0])).toEqual([3, 7, 3])
  })

  it('stands in a loop, and in a graph that is called with other values', () => {
    const [x, factor] = [input('x', []), input('factor', [])]
    const [y] = g.repeat(2, [x], ([outer]) => [
      g.repeat(3, [outer!], ([inner]) => [g.add(g.mul(inner!, factor), outer!)])[0]!,
    ])
    // A pass of the outer loop, with factor 2, takes x to 8 x + (4 + 2 + 1) x.
    expect(compute(y!, { x: tensor(1), factor: tensor(2) })).toEqual([225])
    const graph: Graph = { inputs: [x, factor], outputs: { y: y! } }
    const called = substitute(graph, { factor: g.add(x, 1) }).y!
    expect(compute(called, { x: tensor(1) })).toEqual([225])
  })

  it('is a constant for whoever differentiates, but gradients can be taken in it', () => {
    const x = input('x', [])
    // Newton's way to the root of x² - 2, with the slope from the body.
    const [root] = g.repeat(6, [x], ([value]) => {
      const y = g.sub(g.square(value!), 2)
      return [g.sub(value!, g.div(y, gradients(y, [value!])[0]!))]
    })
    expect(compute(root!, { x: tensor(1) })[0]).toBeCloseTo(Math.SQRT2, 12)
    const [slope] = gradients(g.mul(root!, x), [x])
    expect(compute(slope!, { x: tensor(1) })[0]).toBeCloseTo(Math.SQRT2, 12)
    expect(compute(gradients(root!, [x])[0]!, { x: tensor(1) })).toEqual([0])
  })
})

describe('a loop that cannot be', () => {
  const x = input('x', [2])

  it('is refused where it is written', () => {
    for (const times of [0, 1.5, Number.NaN])
      expect(() => g.repeat(times, [x], ([value]) => [value!])).toThrow(ConfigError)
    expect(() => g.repeat(0, [x], ([value]) => [value!])).toThrow(
      'times must be an integer with times >= 1, got 0',
    )
    expect(() => g.repeat(2, [], () => [])).toThrow('a loop that carries nothing has no result')
    expect(() => g.repeat(2, [x], () => [])).toThrow('the body is given 1 values and returns 0')
    expect(() => g.repeat(2, [x], ([value]) => [g.reduceSum(value!)])).toThrow(
      'repeat: value 0 is float32 [2] before a pass and float32 [] after it',
    )
  })

  it('is refused by its shape rule', () => {
    const [a, b] = [input('a', [2]), input('b', [])]
    const body: Graph = { inputs: [a, b], outputs: { next: g.mul(a, b) } }
    const loop =
      (inputs: Value[], attributes: object = {}) =>
      () =>
        applyAll('Repeat', inputs, { body, times: 2, carried: 1, ...attributes })
    expect(loop([x, literal(1)])).not.toThrow()
    expect(loop([x, literal(1)], { times: 0 })).toThrow('"times" must be an integer of at least 1, got 0')
    expect(loop([x])).toThrow('got 1 inputs, 1 of them carried, for a body of 2 inputs and 1 outputs')
    expect(loop([x, literal(1)], { carried: 2 })).toThrow('2 of them carried')
    expect(loop([x, literal([1, 2])])).toThrow(ShapeError)
    expect(loop([x, literal([1, 2])])).toThrow('Repeat: input 1 must be float32 [], got float32 [2]')
    const shrinking: Graph = { inputs: [a, b], outputs: { next: g.reduceSum(a) } }
    expect(loop([x, literal(1)], { body: shrinking })).toThrow(
      'Repeat: what is carried as input 0 is float32 [2] and becomes float32 []',
    )
  })

  it('is refused by the interpreter when its body reads what is not given', () => {
    const [own, outer] = [input('own', []), input('outer', [])]
    const body: Graph = { inputs: [own], outputs: { next: g.add(own, outer) } }
    const [y] = applyAll('Repeat', [literal(1)], { body, times: 2, carried: 1 })
    expect(() => interpret({ y: y! }, { outer: tensor(1) })).toThrow(
      'Repeat: the body reads "outer", which is not one of its inputs',
    )
  })
})
