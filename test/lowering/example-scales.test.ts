// Losses of a score beside penalties on its slope: one way back for both, the same numbers.
import { describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/index.ts'
import * as g from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { type Graph, input, type Value } from '../../src/graph/value.ts'
import { shareWayBack } from '../../src/lowering/example-scales.ts'
import { lower } from '../../src/lowering/lower.ts'
import { shareCommon } from '../../src/lowering/share.ts'
import { exportModel } from '../../src/onnx/export.ts'
import { openSession } from '../onnx/session.ts'
import { countOps, expectKept, expectSame, feedsFor, graphOf } from './nodes.ts'

const N = 3
const around = { pads: [1, 1, 1, 1] }
const first = input('first', [4, 2, 3, 3])
const second = input('second', [4, 4, 3, 3])
const bias = input('bias', [4])
const last = input('last', [4 * 4 * 4, 1])
const WEIGHTS = [first, second, bias, last]

/** Scores [n, 1] of images [n, 2, 4, 4]: two convolutions, one around which the images go, and one number at the end. */
function score(images: Value): Value {
  const channelsLast = g.transpose(g.conv(images, first, around), [0, 2, 3, 1])
  const hidden = g.leakyRelu(g.add(channelsLast, bias), 0.2)
  const before = g.transpose(hidden, [0, 3, 1, 2])
  const sum = g.add(before, g.leakyRelu(g.conv(before, second, around), 0.2))
  return g.matMul(g.reshape(sum, [N, 4 * 4 * 4]), last)
}

/** Gradients to the weights of a loss of the scores of two sets of images, with penalties on both slopes. */
function duel(penalized: boolean, loss: (real: Value, fake: Value) => Value): Graph {
  const [real, fake] = [input('real', [N, 2, 4, 4]), input('fake', [N, 2, 4, 4])]
  const [ofReal, ofFake] = [score(real), score(fake)]
  const flatness = (scores: Value, images: Value): Value =>
    g.reduceMean(g.reduceSum(g.square(gradients(g.reduceSum(scores), [images])[0]!), { axes: [1, 2, 3] }))
  let all = g.reduceMean(loss(ofReal, ofFake))
  if (penalized) all = g.add(all, g.mul(g.add(flatness(ofReal, real), flatness(ofFake, fake)), 0.3))
  return graphOf(all, ...gradients(all, WEIGHTS).map((gradient) => gradient!))
}

const inPairs = (real: Value, fake: Value): Value => g.softplus(g.sub(fake, real))

describe('shareWayBack', () => {
  it('makes one way back for a loss of scores and for their slopes, and one gradient to each kernel of each set', () => {
    const before = shareCommon(duel(true, inPairs))
    const after = shareWayBack(before)
    const [was, is] = [countOps(before), countOps(after)]
    // From the score to the images of each set once, where it was once for the slope and once for the loss up to the first kernel.
    expect(is.ConvInputGradient).toBe(was.ConvInputGradient! - 2)
    expect(is.ConvFilterGradient).toBe(was.ConvFilterGradient! - 4)
    expectKept(before, after)
  })

  it('gives the numbers of the float64 interpreter in ONNX Runtime', async () => {
    const graph = duel(true, inPairs)
    const feeds = feedsFor(graph)
    const session = await openSession(exportModel(lower(graph), { name: 'duel' }))
    expectSame(await session.run(feeds), interpret(graph, feeds), 1e-5)
  })

  it('holds for other losses, of each set by itself too', () => {
    for (const loss of [
      (real: Value, fake: Value) => g.add(g.square(g.sub(real, 1)), g.square(fake)),
      (real: Value, fake: Value) => g.add(g.relu(g.sub(1, real)), g.relu(g.add(1, fake))),
    ]) {
      const before = shareCommon(duel(true, loss))
      const after = shareWayBack(before)
      expect(countOps(after).ConvInputGradient).toBeLessThan(countOps(before).ConvInputGradient!)
      expectKept(before, after)
    }
  })

  it('leaves graphs where nothing is saved', () => {
    const plain = shareCommon(duel(false, inPairs))
    expect(shareWayBack(plain).outputs).toEqual(plain.outputs)
  })
})
