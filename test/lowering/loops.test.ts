// Loops under lowering: the same numbers, bodies lowered, and nothing in them that is the same in every pass.
import { describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/backward.ts'
import * as g from '../../src/graph/build.ts'
import { type Graph, input, sortNodes, type Value } from '../../src/graph/value.ts'
import { lower, lowerPortably } from '../../src/lowering/lower.ts'
import { countOps, expectKept, graphOf, nodesOf } from './nodes.ts'

/** The bodies of the loops of a graph. */
const bodiesOf = (graph: Graph): Graph[] =>
  nodesOf(graph).flatMap(({ attributes }) => (attributes.body ? [attributes.body as Graph] : []))

/** What in a body depends on nothing that is carried, constants and inputs left out. */
function unchanging(body: Graph, carried: number): string[] {
  const changes = new Set<Value>(body.inputs.slice(0, carried))
  const found: string[] = []
  for (const { op, inputs, outputs } of sortNodes(Object.values(body.outputs))) {
    if (inputs.some((value) => changes.has(value))) for (const value of outputs) changes.add(value)
    else if (op !== 'Input' && op !== 'Constant') found.push(op)
  }
  return found
}

/** A classifier of images [n, 8, 8, 1] attacked in three steps: convolution, dense layers, gradients to the image. */
function attack(times: number): Graph {
  const images = input('images', [4, 8, 8, 1])
  const kernel = input('kernel', [3, 3, 1, 4])
  const weights = input('weights', [4 * 16, 5])
  const bias = input('bias', [5])
  const loss = (x: Value): Value => {
    const maps = g.conv(g.transpose(x, [0, 3, 1, 2]), g.transpose(kernel, [3, 2, 0, 1]), {
      strides: [2, 2],
      pads: [0, 0, 1, 1],
    }) // [4, 4, 4, 4]
    const features = g.relu(g.reshape(g.transpose(maps, [0, 2, 3, 1]), [4, 64]))
    return g.reduceSum(g.tanh(g.add(g.matMul(features, weights), bias)))
  }
  const limit = g.add(images, 0.2)
  const [found] = g.repeat(times, [images], ([x]) => [
    g.min(g.add(x!, g.mul(gradients(loss(x!), [x!])[0]!, 0.01)), limit),
  ])
  return { inputs: [images, kernel, weights, bias], outputs: { found: found!, loss: loss(found!) } }
}

describe('a lowered loop', () => {
  it('gives the numbers of the loop as written', () => {
    for (const times of [1, 2, 5]) {
      const graph = attack(times)
      expectKept(graph, lower(graph))
      expectKept(graph, lowerPortably(graph))
    }
  })

  it('has its body lowered, and computes before it what is the same in every pass', () => {
    const graph = attack(3)
    const [body] = bodiesOf(lower(graph, { chooseForms: () => undefined }))
    expect(countOps(body!).ConvInputGradient).toBeUndefined()
    expect(countOps(body!).ConvTranspose).toBe(1)
    expect(unchanging(body!, 1)).toEqual([])
    // Turning the kernel around is such work.
    expect(unchanging(bodiesOf(graph)[0]!, 1)).toContain('Transpose')
  })

  it('that runs once is written out', () => {
    expect(bodiesOf(lower(attack(1)))).toEqual([])
  })

  it('keeps loops in loops, and takes out of both what does not change', () => {
    const [x, w] = [input('x', [3]), input('w', [3])]
    const [y] = g.repeat(2, [x], ([outer]) => [
      g.repeat(3, [outer!], ([inner]) => [
        g.add(g.mul(inner!, g.sin(w)), g.mul(g.cos(outer!), g.exp(g.neg(w)))),
      ])[0]!,
    ])
    const graph = graphOf(y!)
    const lowered = lower(graph)
    expectKept(graph, lowered)
    const [outer] = bodiesOf(lowered)
    const [inner] = bodiesOf(outer!)
    expect(countOps(inner!)).toEqual({ Mul: 1, Add: 1 })
    expect(countOps(outer!)).toEqual({ Cos: 1, Mul: 1, Repeat: 1 })
    expect(countOps(lowered)).toMatchObject({ Sin: 1, Exp: 1, Neg: 1, Repeat: 1 })
  })
})
