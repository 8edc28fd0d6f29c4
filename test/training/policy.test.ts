// A policy as a graph: values, probabilities, and the gradient of each value by what is seen.
import { expect, it } from 'vitest'
import { interpret } from '../../src/graph/interpreter.ts'
import { inputName } from '../../src/graph/value.ts'
import { rainbow } from '../../src/models/agent.ts'
import { offeredBy } from '../../src/objectives/offer.ts'
import { policyGraph, saliencyGraph } from '../../src/training/policy.ts'
import { randomStream } from '../../src/util/random.ts'
import { sizeOf } from '../../src/util/shape.ts'
import { tensorOf } from '../support/tensors.ts'

const options = rainbow.options.parse({ env: 'cart-pole', atoms: 5, highest: 10 })
const act = offeredBy(rainbow.objective(options, { columns: {} }), 'act')!
const random = randomStream(2, 'policy')
const weights = Object.fromEntries(
  act.of.weights.map(({ name, shape }) => [
    name,
    tensorOf(
      shape,
      Array.from({ length: sizeOf(shape) }, () => 0.3 * random.normal()),
    ),
  ]),
)
const seen = [0.4, -0.7, 0.9, 0.2]

it('gives with every value its gradient by what is seen, as differences have it', () => {
  const graph = saliencyGraph(act, 'float32')
  expect(graph.inputs.map(inputName)).toEqual(['observation', ...Object.keys(weights)])
  const found = interpret(graph, { observation: tensorOf([1, 4], seen), ...weights })
  expect(found.saliency!.shape).toEqual([1, 2, 4])
  const valuesAt = (observation: readonly number[]): number[] => {
    const one = interpret(policyGraph(act, 1, 'float32'), {
      observation: tensorOf([1, 4], observation),
      ...weights,
    })
    expect(one.probabilities!.shape).toEqual([1, 2, 5])
    return [...one.values!.data]
  }
  expect([...found.values!.data]).toEqual(valuesAt(seen))
  for (let i = 0; i < 4; i++) {
    const moved = (by: number) => valuesAt(seen.map((x, j) => (i === j ? x + by : x)))
    const [up, down] = [moved(1e-5), moved(-1e-5)]
    for (let action = 0; action < 2; action++)
      expect(found.saliency!.data[action * 4 + i]).toBeCloseTo((up[action]! - down[action]!) / 2e-5, 5)
  }
})
