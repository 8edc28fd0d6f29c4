// Small critics, one for each kind of layer that a gradient penalty must reach through, and that penalty.
import { gradients } from '../../src/autodiff/backward.ts'
import * as g from '../../src/graph/build.ts'
import type { Tensor, Value } from '../../src/graph/value.ts'
import * as layers from '../../src/layers/index.ts'
import type { Layer } from '../../src/layers/layer.ts'
import { type Shape, sizeOf } from '../../src/util/shape.ts'
import { fixedRandom } from '../contracts/layer.ts'
import { normalTensor, tensorOf } from '../support/tensors.ts'

type Values = Readonly<Record<string, Value>>

export interface Critic {
  /** Completes "through ...". */
  readonly name: string
  /** Weights by name, and the examples `x`. */
  readonly at: Readonly<Record<string, Tensor>>
  /** One number or several for each example. */
  readonly score: (inputs: Values) => Value
}

const EXAMPLES = 3

/** Sums over a fan-in stay about 1; what scales or divides is positive. */
function weightOf(name: string, shape: Shape): Tensor {
  const { data } = normalTensor(shape, name)
  const positive = /gamma|Variance/.test(name)
  const scale = 1.5 / Math.sqrt(shape.length > 1 ? sizeOf(shape.slice(0, -1)) : 4)
  return tensorOf(
    shape,
    Array.from(data, (n) => (positive ? 1 + 0.4 * Math.tanh(n) : scale * n)),
  )
}

/** Layers one after another, then one number for each example that bends everything before it. */
function stack(name: string, example: Shape, given: readonly Layer[], training = true): Critic {
  const rows = [...given, layers.flatten(), layers.dense({ units: 2, activation: 'tanh' })]
  const at: Record<string, Tensor> = { x: normalTensor([EXAMPLES, ...example], `${name}/x`) }
  let shape = example
  rows.forEach((layer, i) => {
    for (const weight of layer.weights(shape))
      at[`${i}/${weight.name}`] = weightOf(`${name}/${i}/${weight.name}`, weight.shape)
    shape = layer.outputShape(shape)
  })
  const random = () => fixedRandom()
  const score = (inputs: Values): Value =>
    rows.reduce((input, layer, i) => {
      const own = Object.entries(inputs).flatMap(([key, value]) =>
        key.startsWith(`${i}/`) ? [[key.slice(`${i}/`.length), value] as const] : [],
      )
      return layer.call({ input, weights: Object.fromEntries(own), training, random: random() }).output
    }, inputs.x!)
  return { name, at, score }
}

const { conv2D, conv2DTranspose, averagePooling2D, maxPooling2D, batchNormalization } = layers
const image = [6, 5, 2]
const tanh = 'tanh'

/** Pieces of vectors, put together again in another order, some read backwards, some left out. */
const pieces: Critic = {
  name: 'pieces that are cut out, turned round and joined',
  at: {
    x: normalTensor([EXAMPLES, 6], 'pieces/x'),
    a: weightOf('pieces/a', [6, 5]),
    b: weightOf('pieces/b', [9, 1]),
  },
  score: ({ x, a, b }) => {
    const h = g.tanh(g.matMul(x!, a!)) // [n, 5]
    const odd = g.slice(h, [{ axis: 1, start: 1, end: 5, step: 2 }]) // [n, 2]
    const back = g.slice(h, [{ axis: 1, start: -1, end: -99, step: -1 }]) // [n, 5]
    const joined = g.concat([g.square(odd), g.mul(back, h), g.slice(x!, [{ axis: 1, start: 0, end: 2 }])], 1)
    return g.matMul(joined, b!)
  },
}

/** A norm of zeros, which has no slope, beside a score that has one. */
const asleep: Critic = {
  name: 'a unit that sleeps, whose slopes are zeros',
  at: {
    x: normalTensor([EXAMPLES, 3], 'asleep/x'),
    a: weightOf('asleep/a', [3, 2]),
    b: weightOf('asleep/b', [2, 1]),
  },
  score: ({ x, a, b }) => {
    const awake = g.tanh(g.matMul(x!, a!))
    const norm = g.sqrt(g.reduceSum(g.square(g.relu(g.sub(awake, 2))), { axes: [1] })) // [n], all 0
    return g.add(g.matMul(awake, b!), g.reshape(norm, [EXAMPLES, 1]))
  },
}

export const CRITICS: readonly Critic[] = [
  stack('a strided convolution', image, [
    conv2D({ filters: 3, kernelSize: 3, strides: 2, padding: 'same', activation: tanh }),
  ]),
  stack('two convolutions that leave an edge', image, [
    conv2D({ filters: 3, kernelSize: [3, 2], strides: [1, 2], activation: tanh }),
    conv2D({ filters: 2, kernelSize: 2, activation: 'softplus' }),
  ]),
  stack('a dilated convolution in groups', image, [
    conv2D({ filters: 4, kernelSize: 2, dilationRate: 2, groups: 2, activation: tanh }),
  ]),
  stack(
    'a transposed convolution',
    [3, 2, 2],
    [conv2DTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same', activation: tanh })],
  ),
  stack(
    'a transposed convolution that leaves gaps',
    [3, 2, 2],
    [conv2DTranspose({ filters: 2, kernelSize: 2, strides: 3, activation: tanh })],
  ),
  stack('means of windows, some beyond the edge', image, [
    averagePooling2D({ poolSize: 3, strides: 2, padding: 'same' }),
    layers.activation({ activation: tanh }),
  ]),
  stack('maxima of windows that overlap', image, [
    conv2D({ filters: 2, kernelSize: 2, activation: tanh }),
    maxPooling2D({ poolSize: 3, strides: 2, padding: 'same' }),
  ]),
  stack(
    'a mean and repeated pixels',
    [2, 2, 3],
    [
      layers.upSampling2D({ size: [2, 3] }),
      conv2D({ filters: 3, kernelSize: 2, activation: 'sigmoid' }),
      layers.globalAveragePooling2D(),
    ],
  ),
  stack('the largest of each channel', image, [
    conv2D({ filters: 4, kernelSize: 2, activation: tanh }),
    layers.globalMaxPooling2D(),
  ]),
  stack('batch normalisation in training', image, [
    conv2D({ filters: 3, kernelSize: 3, strides: 2 }),
    batchNormalization(),
    layers.activation({ activation: tanh }),
  ]),
  stack(
    'batch normalisation of vectors in training',
    [4],
    [batchNormalization(), layers.dense({ units: 3, activation: 'sigmoid' }), batchNormalization()],
  ),
  stack(
    'batch normalisation in inference',
    image,
    [
      conv2D({ filters: 3, kernelSize: 3, strides: 2 }),
      batchNormalization(),
      layers.activation({ activation: tanh }),
    ],
    false,
  ),
  ...(['relu', 'softplus', 'sigmoid', 'tanh', 'elu', 'gelu', 'softmax'] as const).map((activation) =>
    stack(activation, [5], [layers.dense({ units: 4 }), layers.activation({ activation })]),
  ),
  stack('leaky relu', [5], [layers.dense({ units: 4 }), layers.leakyReLU({ negativeSlope: 0.2 })]),
  stack(
    'a small DCGAN discriminator',
    [8, 8, 1],
    [
      conv2D({ filters: 4, kernelSize: 5, strides: 2, padding: 'same' }),
      layers.leakyReLU({ negativeSlope: 0.2 }),
      layers.dropout({ rate: 0.3 }),
      conv2D({ filters: 6, kernelSize: 5, strides: 2, padding: 'same' }),
      batchNormalization(),
      layers.leakyReLU({ negativeSlope: 0.2 }),
    ],
  ),
  pieces,
  asleep,
]

/**
 * The mean of (||d score / dx|| - 1)^2 over the examples, as WGAN-GP has it of points between real and fake.
 *
 * @source Gulrajani et al. 2017, arXiv:1704.00028
 */
export function penaltyOf({ score }: Critic, inputs: Values): Value {
  const [slope] = gradients(g.reduceSum(score(inputs)), [inputs.x!])
  const axes = slope!.shape.map((_, axis) => axis).slice(1)
  const norm = g.sqrt(g.reduceSum(g.square(slope!), { axes })) // [n]
  return g.reduceMean(g.square(g.sub(norm, 1)))
}
