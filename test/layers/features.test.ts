// Parts of networks put together anew: what comes before a layer, networks that stand still, one after the other.
import { describe, expect, test } from 'vitest'
import { concat } from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { input, inputName, sortNodes } from '../../src/graph/value.ts'
import {
  batchNormalization,
  before,
  branching,
  chained,
  dense,
  dropout,
  embedding,
  flatten,
  frozenNetwork,
  lastLearned,
  type Network,
  network,
  sequential,
} from '../../src/layers/index.ts'
import { weightInputs } from '../../src/layers/use.ts'
import { noRandom as asked } from '../../src/training/inference.ts'
import { ConfigError, ShapeError } from '../../src/util/errors.ts'
import { fixedRandom, noRandom } from '../contracts/layer.ts'
import { weightsOf } from '../support/networks.ts'

const stack = () =>
  sequential({ name: 'net', input: { images: [2, 2, 1] }, output: 'y' }, [
    flatten(),
    dense({ units: 3, activation: 'relu' }),
    batchNormalization(),
    dropout({ rate: 0.5 }),
    dense({ units: 1, activation: 'sigmoid' }),
  ])

/** Outputs of a network with fresh weights, at inference. */
function outputsOf(net: Network, inputs: Readonly<Record<string, readonly number[]>>, batch: number) {
  const data = weightsOf(net)
  const given = Object.entries(inputs).map(
    ([name, numbers]) =>
      [name, { shape: [batch, ...net.inputs[name]!.shape], data: Float32Array.from(numbers) }] as const,
  )
  const { outputs } = net.call({
    inputs: Object.fromEntries(
      given.map(([name, { shape }]) => [name, input(name, shape, net.inputs[name]!.dtype ?? 'float32')]),
    ),
    weights: weightInputs(net),
    training: false,
    random: noRandom,
  })
  const weights = net.weights.map(({ name, shape }) => [name, { shape, data: data[name]! }] as const)
  return interpret(outputs, { ...Object.fromEntries(given), ...Object.fromEntries(weights) })
}

const IMAGES = [0.1, 0.9, 0.4, 0.2, 0.7, 0, 1, 0.5]

describe('what comes before a layer', () => {
  test('of a stack is the stack without the rest, with the numbers that went into the layer', () => {
    const whole = stack()
    const features = before(whole, 'dense-1')
    expect(lastLearned(whole)).toBe('dense-1')
    expect(features.outputs).toEqual({ features: { shape: [3] } })
    expect(features.rows.map(({ name }) => name)).toEqual([
      'flatten',
      'dense',
      'batch-normalization',
      'dropout',
    ])
    expect(features.weights.map(({ name }) => name)).toEqual([
      'net/dense/kernel',
      'net/dense/bias',
      'net/batch-normalization/gamma',
      'net/batch-normalization/beta',
      'net/batch-normalization/movingMean',
      'net/batch-normalization/movingVariance',
    ])
    const same = sequential({ name: 'net', input: { images: [2, 2, 1] }, output: 'features' }, [
      flatten(),
      dense({ units: 3, activation: 'relu' }),
      batchNormalization(),
    ])
    const made = outputsOf(features, { images: IMAGES }, 2).features!
    expect(made).toEqual(outputsOf(same, { images: IMAGES }, 2).features)
    expect(new Set(made.data).size).toBeGreaterThan(2)
  })

  test('of heads is their trunk, and of a body keeps what stands between its layers', () => {
    const heads = branching(
      { name: 'encoder', input: { images: [2, 2, 1] } },
      [flatten(), dense({ units: 3 })],
      [dense({ units: 2, name: 'mean' }), dense({ units: 2, name: 'variance' })],
    )
    const trunk = before(heads, lastLearned(heads)!)
    expect(trunk.rows.map(({ name }) => name)).toEqual(['flatten', 'dense'])
    expect(trunk.outputs.features!.shape).toEqual([3])

    const last = dense({ units: 1 })
    const flat = flatten()
    const doubled = network('net', { images: [2, 2, 1] }, ({ images }, apply) => ({
      y: apply(last, concat([apply(flat, images!), apply(flat, images!)], 1)),
    }))
    const { data } = outputsOf(before(doubled, 'dense'), { images: IMAGES.slice(0, 4) }, 1).features!
    expect(Array.from(data)).toEqual([...IMAGES.slice(0, 4), ...IMAGES.slice(0, 4)].map(Math.fround))
  })

  test('takes only the inputs on which it depends', () => {
    const code = embedding({ inputDim: 3, outputDim: 2 })
    const [flat, hidden, last] = [flatten(), dense({ units: 2 }), dense({ units: 1 })]
    const told = network(
      'net',
      { images: [2, 2, 1], label: { shape: [], dtype: 'int64' } },
      ({ images, label }, apply) => ({
        y: apply(last, concat([apply([flat, hidden], images!), apply(code, label!)], 1)),
      }),
    )
    expect(Object.keys(before(told, 'dense-1').inputs)).toEqual(['images', 'label'])
    const free = before(told, 'dense')
    expect(Object.keys(free.inputs)).toEqual(['images'])
    expect(free.weights).toEqual([])
    expect(Array.from(outputsOf(free, { images: IMAGES }, 2).features!.data)).toEqual(IMAGES.map(Math.fround))
    const { outputs } = before(told, 'embedding').call({
      inputs: { label: input('label', [2], 'int64') },
      weights: {},
      training: false,
      random: noRandom,
    })
    expect(outputs.features!.shape).toEqual([2])
  })

  test('in training asks for no random numbers of later layers', () => {
    const features = before(stack(), 'batch-normalization')
    const { outputs } = features.call({
      inputs: { images: input('images', [2, 2, 2, 1]) },
      weights: weightInputs(features),
      training: true,
      random: asked, // Throws when it is asked.
    })
    const names = sortNodes(Object.values(outputs)).flatMap((node) => inputName(node.outputs[0]!) ?? [])
    expect(names.sort()).toEqual(['images', 'net/dense/bias', 'net/dense/kernel'])
  })

  test('names the nearest layer, and refuses what depends on nothing', () => {
    expect(() => before(stack(), 'dens-1')).toThrow(
      'network "net" has no layer "dens-1"; did you mean "dense"? It has flatten, dense, batch-normalization, dropout, dense-1',
    )
    expect(() => before(stack(), 'elsewhere')).toThrow(ConfigError)
  })
})

describe('a network that stands still', () => {
  test('has no trainable weights, and moves no statistics in training', () => {
    const still = frozenNetwork(stack())
    expect(still.weights.map(({ trainable }) => trainable)).toEqual(stack().weights.map(() => false))
    const call = {
      inputs: { images: input('images', [2, 2, 2, 1]) },
      weights: weightInputs(still),
      training: true,
      random: fixedRandom(),
    }
    expect(Object.keys(stack().call(call).updates).length).toBe(2)
    expect(still.call({ ...call, random: asked }).updates).toEqual({})
  })
})

describe('networks one after the other', () => {
  const head = () =>
    sequential({ name: 'head', input: { features: [3] }, output: 'logits' }, [
      dense({ units: 4, name: 'logits' }),
    ])

  test('give what the second makes of the first, under one name', () => {
    const whole = chained('classifier', before(stack(), 'dense-1'), head())
    expect(whole.inputs).toEqual({ images: { shape: [2, 2, 1] } })
    expect(whole.outputs).toEqual({ logits: { shape: [4] } })
    expect(whole.rows.map(({ name }) => name)).toEqual([
      'flatten',
      'dense',
      'batch-normalization',
      'dropout',
      'logits',
    ])
    const { logits } = outputsOf(whole, { images: IMAGES }, 2)
    const plain = sequential({ name: 'classifier', input: { images: [2, 2, 1] }, output: 'logits' }, [
      flatten(),
      dense({ units: 3, activation: 'relu' }),
      batchNormalization(),
      dropout({ rate: 0.5 }),
      dense({ units: 4, name: 'logits' }),
    ])
    expect(logits).toEqual(outputsOf(plain, { images: IMAGES }, 2).logits)
    const { updates } = whole.call({
      inputs: { images: input('images', [2, 2, 2, 1]) },
      weights: weightInputs(whole),
      training: true,
      random: fixedRandom(),
    })
    expect(Object.keys(updates)).toEqual([
      'classifier/batch-normalization/movingMean',
      'classifier/batch-normalization/movingVariance',
    ])
  })

  test('must fit together, and have no layer of one name', () => {
    expect(() => chained('whole', before(stack(), 'dense'), head())).toThrow(ShapeError)
    const again = sequential({ name: 'head', input: [3] }, [dense({ units: 4 })])
    expect(() => chained('whole', before(stack(), 'dense-1'), again)).toThrow(
      'both networks have a layer named "dense"',
    )
  })
})
