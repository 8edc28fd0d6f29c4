// Branching networks: names, checks, and the heads computed over one trunk.
import { describe, expect, test } from 'vitest'
import { interpret } from '../../src/graph/interpreter.ts'
import { input } from '../../src/graph/value.ts'
import { batchNormalization, branching, dense, dropout, flatten, reshape } from '../../src/layers/index.ts'
import { callNetwork, inputOf, outputOf } from '../../src/layers/use.ts'
import { ConfigError, ShapeError } from '../../src/util/errors.ts'
import { fixedRandom } from '../contracts/layer.ts'
import { tensor } from '../support/tensors.ts'

const network = () =>
  branching(
    { name: 'net', input: [1, 2] },
    [flatten(), dropout({ rate: 0.5 })],
    [dense({ units: 2, name: 'left', useBias: false }), batchNormalization({ name: 'right' })],
  )

describe('branching', () => {
  test('has the rows and weights of its trunk and then of its heads', () => {
    const { rows, weights } = network()
    expect(rows.map(({ name }) => name)).toEqual(['flatten', 'dropout', 'left', 'right'])
    expect(weights.map(({ name }) => name)).toEqual([
      'net/left/kernel',
      'net/right/gamma',
      'net/right/beta',
      'net/right/movingMean',
      'net/right/movingVariance',
    ])
    expect([inputOf(network()).shape, outputOf(network()).shape]).toEqual([[1, 2], [4]])
  })

  test('gives every head the output of one trunk, joins theirs and keeps their updates', () => {
    const net = network()
    const given = Object.fromEntries(net.weights.map(({ name, shape }) => [name, input(name, shape)]))
    const { output, updates } = callNetwork(net, {
      input: input('x', [2, 1, 2]),
      weights: given,
      training: true,
      random: fixedRandom(),
    })
    expect(output.shape).toEqual([2, 4])
    expect(Object.keys(updates)).toEqual(['net/right/movingMean', 'net/right/movingVariance'])

    const still = callNetwork(net, {
      input: input('x', [2, 1, 2]),
      weights: given,
      training: false,
      random: fixedRandom(),
    })
    const { y } = interpret(
      { y: still.output },
      {
        x: tensor([[[1, 2]], [[3, 4]]]),
        'net/left/kernel': tensor([
          [1, 10],
          [2, 20],
        ]),
        'net/right/gamma': tensor([1, 1]),
        'net/right/beta': tensor([100, 200]),
        'net/right/movingMean': tensor([0, 0]),
        'net/right/movingVariance': tensor([0.999, 0.999]),
      },
    )
    ;[5, 50, 101, 202, 11, 110, 103, 204].forEach((value, i) => {
      expect(y!.data[i]).toBeCloseTo(value, 9)
    })
  })

  test('refuses heads without names, taken names and outputs that cannot be joined', () => {
    const make =
      (...heads: Parameters<typeof branching>[2]) =>
      () =>
        branching({ name: 'net', input: [4] }, [dense({ units: 4 })], heads)
    expect(make()).toThrow(ConfigError)
    expect(make()).toThrow('network "net" needs at least one head')
    expect(make(dense({ units: 1 }))).toThrow('network "net": the head Dense needs a name')
    expect(make(dense({ units: 1, name: 'dense' }))).toThrow('network "net" has two layers named "dense"')
    const uneven = make(dense({ units: 1, name: 'a' }), reshape({ targetShape: [2, 2], name: 'b' }))
    expect(uneven).toThrow(ShapeError)
    expect(uneven).toThrow('may differ in the last axis only, got [1] and [2, 2]')
  })
})
