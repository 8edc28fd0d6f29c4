// A phase whose gradients are made shorter, all of them together.
import { expect, it } from 'vitest'
import { mul, reduceSum } from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { dense } from '../../src/layers/dense.ts'
import { sequential } from '../../src/layers/network.ts'
import { objective } from '../../src/objectives/objective.ts'
import type { PhaseResult } from '../../src/objectives/phase.ts'
import { sgd } from '../../src/optimizers/index.ts'
import { stepGraph } from '../../src/training/step.ts'
import { tensorOf } from '../support/tensors.ts'

/** The change of both weights by one update at rate 1, of a loss whose gradients are 3 x and 3. */
function changed(clipNorm: number | undefined): number[] {
  const net = sequential({ name: 'net', input: [1] }, [dense({ units: 1 })])
  const step = stepGraph(
    objective({
      name: 'long',
      networks: { net },
      phases: [
        {
          name: 'learn',
          updates: ['net'],
          optimizer: sgd({ learningRate: 1 }),
          ...(clipNorm === undefined ? {} : { clipNorm }),
          loss: ({ data, networks }) => ({ loss: reduceSum(mul(networks.net!(data.x!), 3)) }),
        },
      ],
      logs: [
        {
          name: 'loss',
          label: 'loss',
          axis: 'left',
          value: ({ learn }: { readonly learn?: PhaseResult }) => learn!.loss,
        },
      ],
    }),
    { batchSize: 1, columns: { x: { shape: [1], dtype: 'float32' } } },
  )
  const fed = Object.fromEntries(
    step.graph.inputs.map(({ node, shape }) => [
      node.attributes.name as string,
      tensorOf(shape, [node.attributes.name === 'x' ? 4 / 3 : 1]),
    ]),
  )
  const found = interpret(step.graph, fed)
  return step.state.map(({ next }) => Math.abs(1 - found[next]!.data[0]!))
}

it('leaves short ones alone, and scales long ones to the length that is allowed', () => {
  const close = (found: number[], wanted: number[]): void => {
    for (const [i, value] of wanted.entries()) expect(found[i]).toBeCloseTo(value, 5)
  }
  // 4 and 3: of length 5.
  close(changed(undefined), [4, 3])
  close(changed(6), [4, 3])
  close(changed(1), [0.8, 0.6])
})

it('is refused for a length that is none', () => {
  expect(() => changed(0)).toThrow('phase "learn": clipNorm must be a number above 0, got 0')
})
