// Networks with fresh weights, for tests of models: their numbers, rows and ONNX files.
import { expect } from 'vitest'
import { interpret } from '../../src/graph/interpreter.ts'
import { input, type Tensor } from '../../src/graph/value.ts'
import type { Network } from '../../src/layers/network.ts'
import { callNetwork, inputOf, outputOf } from '../../src/layers/use.ts'
import { summarize } from '../../src/models/summary.ts'
import { exportNetwork } from '../../src/training/inference.ts'
import { randomStream } from '../../src/util/random.ts'
import { noRandom } from '../contracts/layer.ts'
import { expectClose } from '../onnx/close.ts'
import { openSession } from '../onnx/session.ts'

/** Freshly initialized weights. */
export const weightsOf = (network: Network) =>
  Object.fromEntries(
    network.weights.map(({ name, shape, initializer }) => [
      name,
      Float32Array.from(initializer.fill(shape, randomStream(1, name))),
    ]),
  )

/** The network's output at inference, in float64. */
export function run(network: Network, x: Tensor) {
  const weights = Object.fromEntries(network.weights.map(({ name, shape }) => [name, input(name, shape)]))
  const { output } = callNetwork(network, {
    input: input('x', x.shape),
    weights,
    training: false,
    random: noRandom,
  })
  const data = weightsOf(network)
  const feeds = Object.fromEntries(
    network.weights.map(({ name, shape }) => [name, { shape, data: data[name]! }]),
  )
  return { value: output, result: interpret({ output }, { x, ...feeds }).output! }
}

/** Type, output shape and parameters of every layer. */
export const rowsOf = (network: Network) =>
  summarize(network).layers.map(({ type, outputShape, parameters }) => [
    type,
    outputShape.slice(1),
    parameters,
  ])

/** Checks that the runtime gives the interpreter's numbers, for a batch and for one example of it alone. */
export async function expectSameInRuntime(network: Network, x: Tensor): Promise<void> {
  const { result } = run(network, x)
  const [batch, ...shape] = result.shape
  expect(new Set(result.data).size).toBeGreaterThan(2)
  const session = await openSession(exportNetwork(network, weightsOf(network), { name: 'test' }))
  const [given, made] = [inputOf(network).name, outputOf(network).name]
  expectClose((await session.run({ [given]: x }))[made]!, result, 1e-5)
  const size = x.data.length / batch!
  const alone = await session.run({
    [given]: { shape: [1, ...x.shape.slice(1)], data: x.data.slice(size, 2 * size) },
  })
  const length = result.data.length / batch!
  expectClose(alone[made]!, { shape: [1, ...shape], data: result.data.slice(length, 2 * length) }, 1e-5)
}
