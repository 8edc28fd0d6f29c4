// Small vectors that go through the same arithmetic become one, with the same numbers to the bit.
import { afterAll, describe, expect, it } from 'vitest'
import * as g from '../../src/graph/build.ts'
import { type Graph, input, type Value } from '../../src/graph/value.ts'
import { joinVectors } from '../../src/lowering/join-vectors.ts'
import { lower } from '../../src/lowering/lower.ts'
import { shareCommon } from '../../src/lowering/share.ts'
import { exportModel } from '../../src/onnx/export.ts'
import { adam } from '../../src/optimizers/index.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { countOps, expectKept, feedsFor, graphOf, nodesOf } from './nodes.ts'

/** Joins vectors, checks that the results stay, and returns the graph. */
function joined(...values: readonly Value[]): Graph {
  const before = shareCommon(graphOf(...values))
  const after = joinVectors(before)
  expectKept(before, after)
  return after
}

const vector = (name: string, length: number): Value => input(name, [length])
const lengths = [3, 5, 2, 7, 1]
const rate = input('rate', [])

/** Adam of vectors whose gradients come from elsewhere, with its slots: three outputs for each. */
function updates(gradientOf: (i: number, length: number) => Value): Value[] {
  const optimizer = adam()
  return lengths.flatMap((length, i) => {
    const slots = { gradients: vector(`m${i}`, length), squares: g.abs(vector(`v${i}`, length)) }
    const updated = optimizer.update({
      weight: vector(`w${i}`, length),
      gradient: gradientOf(i, length),
      slots,
      schedule: { stepSize: rate },
    })
    return [updated.weight, ...Object.values(updated.slots)]
  })
}

describe('joinVectors', () => {
  let engine: Engine | undefined
  afterAll(() => engine?.close())

  it('makes one update of the updates of many weights, and gives every weight and slot its part', () => {
    const ops = countOps(joined(...updates((i, length) => vector(`g${i}`, length))))
    // The squares' Abs is joined with what comes after it.
    expect(ops).toEqual({ Concat: 4, Abs: 1, Mul: 4, Add: 3, Sqrt: 1, Div: 1, Sub: 1, Split: 3 })
  })

  it('joins gradients that are sums over a batch as the rows that they are', () => {
    const after = joined(
      ...updates((i, length) =>
        g.reshape(g.matMul(input(`x${i}`, [1, 4]), input(`d${i}`, [4, length])), [length]),
      ),
    )
    expect(countOps(after).Reshape).toBe(1)
    expect(countOps(after).Concat).toBe(4)
  })

  it('gives the same bits in ONNX Runtime', async () => {
    engine ??= await nodeEngine({ threads: 1 })
    const graph = shareCommon(
      graphOf(...updates((i, length) => g.mul(vector(`g${i}`, length), vector(`h${i}`, length)))),
    )
    const after = joinVectors(graph)
    expect(nodesOf(after).length).toBeLessThan(nodesOf(graph).length)
    const feeds = Object.fromEntries(
      Object.entries(feedsFor(graph)).map(([name, { shape, data }]) => [
        name,
        { shape, data: Float32Array.from(data) },
      ]),
    )
    const results = []
    for (const one of [graph, after]) {
      const model = await engine.load(exportModel(one, { name: 'updates' }))
      results.push(await model.run(feeds))
      await model.close()
    }
    for (const [name, { data }] of Object.entries(results[0]!))
      expect(Buffer.from((results[1]![name]!.data as Float32Array).buffer), name).toEqual(
        Buffer.from((data as Float32Array).buffer),
      )
  })

  it('joins what is computed from joined vectors along the way, and splits what is read alone', () => {
    const halves = lengths.map((length, i) => g.mul(vector(`a${i}`, length), 0.5))
    const after = joined(...halves.map((half) => g.add(half, rate)), g.exp(halves[3]!))
    expect(countOps(after)).toEqual({ Concat: 1, Mul: 1, Add: 1, Split: 2, Exp: 1 })
  })

  it('keeps apart different numbers, operators and operands', () => {
    const a = lengths.map((length, i) => vector(`a${i}`, length))
    const b = lengths.map((length, i) => vector(`b${i}`, length))
    const alone = joined(
      ...a.map((x, i) => g.mul(g.mul(x, x), i + 0.25)),
      ...b.map((x, i) => (i % 2 ? g.sqrt(g.abs(x)) : g.div(x, g.add(g.mul(x, x), 3)))),
    )
    expect(countOps(alone).Split ?? 0).toBe(1)
    expect(countOps(alone).Div).toBe(1)
    expect(countOps(alone).Sqrt).toBe(2)
  })

  it('leaves alone what would take as many operators joined', () => {
    const few = lengths.map((length, i) => g.add(vector(`a${i}`, length), vector(`b${i}`, length)))
    expect(countOps(joined(...few.slice(0, 3)))).toEqual({ Add: 3 })
    expect(countOps(joined(...few))).toEqual({ Add: 1, Concat: 2, Split: 1 })
  })

  it('leaves alone large vectors, matrices, integers and what is not exactly rounded', () => {
    const twice = (shape: readonly number[], change: (x: Value) => Value): Value[] =>
      [0, 1, 2, 3, 4, 5].map((i) => change(input(`x${i}`, shape)))
    for (const values of [
      twice([5000], (x) => g.mul(g.mul(x, 2), 3)),
      twice([2, 3], (x) => g.mul(g.mul(x, 2), 3)),
      twice([3], (x) => g.exp(g.tanh(x))),
      [0, 1, 2, 3, 4, 5].map((i) => {
        const whole = input(`x${i}`, [3], 'int64')
        return g.mul(g.mul(whole, 2), 3)
      }),
    ]) {
      const before = shareCommon(graphOf(...values))
      expect(joinVectors(before)).toBe(before)
    }
  })

  it('leaves alone vectors of which one depends on another', () => {
    let x = vector('x', 4)
    const chain: Value[] = []
    for (let i = 0; i < 6; i++) {
      const small = g.mul(g.add(x, 1), 0.5)
      chain.push(small)
      x = g.tanh(small)
    }
    expect(countOps(joined(...chain, x)).Split).toBeUndefined()
  })

  it('gives way where two joins would wait for each other', () => {
    // The a's read what the b's gave and the other way round: joining either is fine, joining both is not.
    const wide = (name: string): Value[] => lengths.map((_, i) => input(`${name}${i}`, [4]))
    const [p, q] = [wide('p'), wide('q')]
    const b0 = g.mul(g.add(q[0]!, 2), 3)
    const a0 = g.div(g.sub(g.tanh(b0), 5), 7)
    const a1 = g.div(g.sub(p[1]!, 5), 7)
    const b1 = g.mul(g.add(g.tanh(a1), 2), 3)
    const rest = [2, 3, 4].flatMap((i) => [g.div(g.sub(p[i]!, 5), 7), g.mul(g.add(q[i]!, 2), 3)])
    const ops = countOps(joined(a0, a1, b0, b1, ...rest))
    expect(ops.Split).toBe(1)
    expect([ops.Div, ops.Mul].sort()).toEqual([1, 5])
  })

  it('is part of lowering, and can be left out', () => {
    const graph = graphOf(...updates((i, length) => vector(`g${i}`, length)))
    expect(countOps(lower(graph)).Split).toBe(3)
    expect(countOps(lower(graph, { without: ['joinVectors'] })).Split).toBeUndefined()
  })
})
