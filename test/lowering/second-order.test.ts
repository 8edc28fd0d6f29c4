// Gradients of gradient penalties, lowered: what ONNX Runtime computes in float32 beside the float64 interpreter.
import { describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/backward.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { type Graph, input } from '../../src/graph/value.ts'
import type { ChooseForms } from '../../src/lowering/convolution.ts'
import { candidates } from '../../src/lowering/convolution-costs.ts'
import { lower } from '../../src/lowering/index.ts'
import { exportModel } from '../../src/onnx/export.ts'
import { CRITICS, type Critic, penaltyOf } from '../autodiff/critics.ts'
import { openSession } from '../onnx/session.ts'
import { countOps, expectSame } from './nodes.ts'

/** The penalty of a critic and its gradients with respect to all weights. */
function penaltyGraph(critic: Critic): Graph {
  const inputs = Object.fromEntries(
    Object.entries(critic.at).map(([name, { shape }]) => [name, input(name, shape)]),
  )
  const penalty = penaltyOf(critic, inputs)
  const weights = Object.keys(inputs).filter((name) => name !== 'x')
  const slopes = gradients(
    penalty,
    weights.map((name) => inputs[name]!),
  )
  return {
    inputs: Object.values(inputs),
    outputs: { penalty, ...Object.fromEntries(weights.map((name, i) => [`d ${name}`, slopes[i]!])) },
  }
}

const ways: Readonly<Record<string, ChooseForms | undefined>> = {
  'as the costs choose': undefined,
  'with columns': (shapes) =>
    candidates(shapes)
      .find(({ name }) => name === 'columns')
      ?.forms(),
  'with fewer products': (shapes) =>
    candidates(shapes)
      .find(({ name }) => name !== 'columns')
      ?.forms(),
}

describe.each(Object.entries(ways))('lowered %s, float32 agrees with float64', (name, chooseForms) => {
  const convolves = ({ name }: Critic): boolean => /convol|DCGAN|normalisation in|maxima|largest/.test(name)
  it.each(CRITICS.filter((critic) => chooseForms === undefined || convolves(critic)))(
    'through $name',
    async (critic) => {
      const graph = penaltyGraph(critic)
      const lowered = lower(graph, chooseForms ? { chooseForms } : {})
      const session = await openSession(exportModel(lowered, { name: 'penalty' }))
      const { x, ...weights } = critic.at
      const feeds = { x: x!, ...weights }
      expectSame(await session.run(feeds), interpret(graph, feeds), 2e-5)
      if (name === 'with columns' && !critic.name.includes('groups'))
        expect(Object.keys(countOps(lowered)).filter((op) => op.startsWith('Conv'))).toEqual([])
    },
  )
})
