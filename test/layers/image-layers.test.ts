// Layers for images together, in the runtime: an exported stack of them takes any batch size.
import { expect, test } from 'vitest'
import { interpret } from '../../src/graph/interpreter.ts'
import { input } from '../../src/graph/value.ts'
import {
  averagePooling2D,
  conv2D,
  conv2DTranspose,
  globalAveragePooling2D,
  globalMaxPooling2D,
  type Layer,
  leakyReLU,
  maxPooling2D,
  sequential,
  upSampling2D,
} from '../../src/layers/index.ts'
import { callNetwork } from '../../src/layers/use.ts'
import { exportNetwork } from '../../src/training/inference.ts'
import { randomStream } from '../../src/util/random.ts'
import { noRandom } from '../contracts/layer.ts'
import { expectClose } from '../onnx/close.ts'
import { openSession } from '../onnx/session.ts'
import { normalTensor } from '../support/tensors.ts'

const last: [string, Layer][] = [
  ['mean', globalAveragePooling2D()],
  ['maximum', globalMaxPooling2D({ keepdims: true })],
]

test.each(last)(
  "a stack of image layers that ends in a %s gives the interpreter's numbers",
  async (_, global) => {
    const network = sequential({ name: 'net', input: { x: [9, 8, 2] }, output: 'y' }, [
      conv2D({ filters: 6, kernelSize: 3, strides: 2, padding: 'same', groups: 2 }), // [n, 5, 4, 6]
      leakyReLU(),
      upSampling2D({ size: [2, 3] }), // [n, 10, 12, 6]
      maxPooling2D({ poolSize: 3, strides: 2, padding: 'same' }), // [n, 5, 6, 6]
      conv2DTranspose({ filters: 4, kernelSize: 4, strides: [2, 3], padding: 'same' }), // [n, 10, 18, 4]
      averagePooling2D({ poolSize: [3, 2], strides: [1, 2], padding: 'same' }), // [n, 10, 9, 4]
      conv2DTranspose({ filters: 3, kernelSize: 2, strides: 3, dilationRate: [2, 1] }), // [n, 30, 27, 3]
      global,
    ])
    const arrays = Object.fromEntries(
      network.weights.map(({ name, shape, initializer }) => [
        name,
        Float32Array.from(initializer.fill(shape, randomStream(1, name))),
      ]),
    )
    const feeds = Object.fromEntries(
      network.weights.map(({ name, shape }) => [name, { shape, data: arrays[name]! }]),
    )
    const weights = Object.fromEntries(network.weights.map(({ name, shape }) => [name, input(name, shape)]))
    const session = await openSession(exportNetwork(network, arrays, { name: 'test' }))
    for (const batch of [1, 5]) {
      const x = normalTensor([batch, 9, 8, 2], 'x')
      const { output } = callNetwork(network, {
        input: input('x', x.shape),
        weights,
        training: false,
        random: noRandom,
      })
      const expected = interpret({ output }, { x, ...feeds }).output!
      const size = Math.max(...expected.data.map(Math.abs))
      expect(size).toBeGreaterThan(1e-3)
      expectClose((await session.run({ x })).y!, expected, 1e-5 * size)
    }
  },
)
