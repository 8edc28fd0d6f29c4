// Networks: names, checks, and a stack computed as a whole.
import { describe, expect, test } from 'vitest'
import { interpret } from '../../src/graph/interpreter.ts'
import { input } from '../../src/graph/value.ts'
import {
  batchNormalization,
  conv2D,
  conv2DTranspose,
  dense,
  dropout,
  flatten,
  globalAveragePooling2D,
  leakyReLU,
  maxPooling2D,
  reshape,
  sequential,
  upSampling2D,
} from '../../src/layers/index.ts'
import { callNetwork, inputOf, outputOf, splitAfter } from '../../src/layers/use.ts'
import { ConfigError, ShapeError } from '../../src/util/errors.ts'
import { fixedRandom, noRandom } from '../contracts/layer.ts'
import { tensor } from '../support/tensors.ts'

const small = () =>
  sequential({ name: 'net', input: [2, 2] }, [
    flatten(),
    dense({ units: 3 }),
    batchNormalization(),
    dropout({ rate: 0.5 }),
    dense({ units: 1, name: 'score', useBias: false }),
  ])

describe('sequential', () => {
  test('names layers after their types and weights after network, layer and role', () => {
    expect(small().rows.map(({ name }) => name)).toEqual([
      'flatten',
      'dense',
      'batch-normalization',
      'dropout',
      'score',
    ])
    expect(small().weights.map(({ name }) => name)).toEqual([
      'net/dense/kernel',
      'net/dense/bias',
      'net/batch-normalization/gamma',
      'net/batch-normalization/beta',
      'net/batch-normalization/movingMean',
      'net/batch-normalization/movingVariance',
      'net/score/kernel',
    ])
  })

  test('makes names from types as Keras does', () => {
    const images = sequential({ name: 'net', input: [8, 8, 1] }, [
      conv2D({ filters: 2, kernelSize: 3 }),
      maxPooling2D(),
      conv2DTranspose({ filters: 1, kernelSize: 3 }),
      leakyReLU(),
      upSampling2D(),
      globalAveragePooling2D(),
    ])
    expect(images.rows.map(({ name }) => name)).toEqual([
      'conv2d',
      'max-pooling2d',
      'conv2d-transpose',
      'leaky-re-lu',
      'up-sampling2d',
      'global-average-pooling2d',
    ])
  })

  test('passes each layer what the one before gave, and collects the updates of state', () => {
    const network = sequential({ name: 'net', input: [2] }, [
      dense({ units: 1, useBias: false }),
      batchNormalization({ center: false, scale: false, momentum: 0.5 }),
      dense({ units: 1 }),
    ])
    const given = {
      'net/dense/kernel': tensor([[1], [2]]),
      'net/batch-normalization/movingMean': tensor([1]),
      'net/batch-normalization/movingVariance': tensor([4 - 1e-3]),
      'net/dense-1/kernel': tensor([[10]]),
      'net/dense-1/bias': tensor([0.5]),
    }
    const weights = Object.fromEntries(
      Object.entries(given).map(([name, { shape }]) => [name, input(name, shape)]),
    )
    const x = tensor([
      [1, 1],
      [3, 2],
    ]) // through the first kernel: 3 and 7
    const inference = callNetwork(network, {
      input: input('x', [2, 2]),
      weights,
      training: false,
      random: noRandom,
    })
    expect(inference.updates).toEqual({})
    const { y } = interpret({ y: inference.output }, { x, ...given })
    expect(y!.data[0]).toBeCloseTo((10 * (3 - 1)) / 2 + 0.5, 12)
    expect(y!.data[1]).toBeCloseTo((10 * (7 - 1)) / 2 + 0.5, 12)

    const { updates } = callNetwork(network, {
      input: input('x', [2, 2]),
      weights,
      training: true,
      random: fixedRandom(),
    })
    const moved = interpret(updates, { x, ...given })
    expect(moved['net/batch-normalization/movingMean']!.data[0]).toBeCloseTo(0.5 * 1 + 0.5 * 5, 12)
    expect(moved['net/batch-normalization/movingVariance']!.data[0]).toBeCloseTo(0.5 * 3.999 + 0.5 * 4, 12)
  })

  test('names the layer that does not take the shape before it', () => {
    const attempt = () =>
      sequential({ name: 'net', input: [3] }, [dense({ units: 5 }), reshape({ targetShape: [2, 2] })])
    expect(attempt).toThrow(ShapeError)
    expect(attempt).toThrow('Reshape "net/reshape": cannot reshape examples of shape [5]')
  })

  test('refuses two layers of one name, inputs of another shape and missing weights', () => {
    const twice = () =>
      sequential({ name: 'net', input: [3] }, [
        dense({ units: 1, name: 'a' }),
        dense({ units: 1, name: 'a' }),
      ])
    expect(twice).toThrow(ConfigError)
    expect(twice).toThrow('network "net" has two layers named "a"')
    const network = small()
    const call = (shape: number[]) =>
      callNetwork(network, { input: input('x', shape), weights: {}, training: false, random: noRandom })
    expect(() => call([4, 3])).toThrow('network "net" takes input [batch, 2, 2], got [4, 3]')
    expect(() => call([4, 2, 2])).toThrow('weight "net/dense/kernel" was not given')
  })
})

describe('splitAfter', () => {
  test('cuts a stack into two that compute the same one after the other, with the same weights', () => {
    const whole = small()
    const { head, tail } = splitAfter(whole, 'batch-normalization')
    expect([...head.weights, ...tail.weights].map(({ name }) => name)).toEqual(
      whole.weights.map(({ name }) => name),
    )
    expect([outputOf(head), inputOf(tail), outputOf(tail)].map(({ shape }) => shape)).toEqual([
      [3],
      [3],
      outputOf(whole).shape,
    ])
    const x = input('x', [4, 2, 2])
    const inputs = Object.fromEntries(whole.weights.map(({ name, shape }) => [name, input(name, shape)]))
    const mode = { weights: inputs, training: false, random: noRandom }
    const once = callNetwork(whole, { input: x, ...mode }).output
    const twice = callNetwork(tail, {
      input: callNetwork(head, { input: x, ...mode }).output,
      ...mode,
    }).output
    const numbers = (shape: readonly number[], seed: number) => ({
      dtype: 'float64' as const,
      shape,
      data: Float64Array.from(
        { length: shape.reduce((a, b) => a * b, 1) },
        (_, i) => 0.3 + Math.sin(7 * seed + i) ** 2,
      ),
    })
    const given = Object.fromEntries(whole.weights.map(({ name, shape }, i) => [name, numbers(shape, i)]))
    const image = numbers([4, 2, 2], 99)
    const made = interpret(
      { inputs: [x, ...Object.values(inputs)], outputs: { once, twice } },
      { x: image, ...given },
    )
    expect(made.twice!.data).toEqual(made.once!.data)
    expect(new Set(made.once!.data).size).toBe(4)
  })

  test('refuses a layer that is not there, or that is the last', () => {
    expect(() => splitAfter(small(), 'missing')).toThrow(
      'network "net": expected a layer "missing" with others after it, got flatten, dense',
    )
    expect(() => splitAfter(small(), 'score')).toThrow(ConfigError)
  })
})
