// Networks of several named inputs and outputs, layers that are shared, and copies with weights of their own.
import { describe, expect, test } from 'vitest'
import { add, cast, concat, mul, reshape } from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { input, type Tensor, type Value } from '../../src/graph/value.ts'
import {
  batchNormalization,
  copyOf,
  dense,
  flatten,
  inputOf,
  type Network,
  network,
  outputOf,
  sequential,
} from '../../src/layers/index.ts'
import { callNetwork, weightInputs } from '../../src/layers/use.ts'
import { exportNetwork } from '../../src/training/inference.ts'
import { ConfigError, ShapeError } from '../../src/util/errors.ts'
import { noRandom } from '../contracts/layer.ts'
import { openSession } from '../onnx/session.ts'
import { tensor } from '../support/tensors.ts'

const mode = { training: false, random: noRandom }
const kernel = (name: string) => dense({ units: 1, useBias: false, name })

/** Both inputs through a layer of their own; their sum, and the first times the label. */
const two = () => {
  const [left, right, flat] = [kernel('left'), kernel('right'), flatten()]
  return network(
    'two',
    { a: [2], b: [1], label: { shape: [], dtype: 'int64' } },
    ({ a, b, label }, apply) => {
      const [one, other] = [apply(left, a!), apply(right, b!)]
      return {
        sum: add(one, other),
        scaled: mul(apply(flat, one), reshape(cast(label!, 'float32'), [label!.shape[0]!, 1])),
      }
    },
  )
}
const shapesOf = (ports: Network['inputs']) =>
  Object.fromEntries(Object.entries(ports).map(([name, { shape }]) => [name, shape]))

describe('a network of named inputs and outputs', () => {
  const weights = { 'two/left/kernel': tensor([[1], [10]]), 'two/right/kernel': tensor([[100]]) }
  const given = {
    a: input('a', [2, 2]),
    b: input('b', [2, 1]),
    label: input('label', [2], 'int64'),
  }

  test('tells shapes and types of both, and the rows in the order of the body', () => {
    const net = two()
    expect(net.inputs).toEqual({ a: { shape: [2] }, b: { shape: [1] }, label: { shape: [], dtype: 'int64' } })
    expect(shapesOf(net.outputs)).toEqual({ sum: [1], scaled: [1] })
    expect(net.rows.map(({ name }) => name)).toEqual(['left', 'right', 'flatten'])
    expect(net.weights.map(({ name }) => name)).toEqual(['two/left/kernel', 'two/right/kernel'])
  })

  test('gives every output by its name, wherever the inputs stand', () => {
    const net = two()
    const { outputs } = net.call({
      inputs: { label: given.label, b: given.b, a: given.a },
      weights: weightInputs(net),
      ...mode,
    })
    const made = interpret(outputs, {
      a: tensor([
        [1, 2],
        [3, 4],
      ]),
      b: tensor([[5], [6]]),
      label: tensor([2, 3]),
      ...weights,
    })
    expect([...made.sum!.data]).toEqual([21 + 500, 43 + 600])
    expect([...made.scaled!.data]).toEqual([2 * 21, 3 * 43])
  })

  test('has both inputs, the label as int64, and both outputs as an ONNX file of any batch size', async () => {
    const net = two()
    const arrays = Object.fromEntries(
      Object.entries(weights).map(([name, { data }]) => [name, Float32Array.from(data)]),
    )
    const session = await openSession(exportNetwork(net, arrays, { name: 'two' }))
    for (const n of [1, 3]) {
      const made = await session.run({
        a: { shape: [n, 2], data: Float32Array.from({ length: 2 * n }, () => 1) },
        b: { shape: [n, 1], data: Float32Array.from({ length: n }, (_, i) => i) },
        label: { shape: [n], data: Array.from({ length: n }, () => 4), dtype: 'int64' },
      })
      expect([...made.sum!.data]).toEqual(Array.from({ length: n }, (_, i) => 11 + 100 * i))
      expect([...made.scaled!.data]).toEqual(Array.from({ length: n }, () => 44))
    }
  })

  const call = (inputs: Readonly<Record<string, Value>>) => () => {
    const net = two()
    return net.call({ inputs, weights: weightInputs(net), ...mode })
  }
  const takes = 'a [batch, 2], b [batch, 1], label [batch] int64'

  test.each<[string, Record<string, Value>, string]>([
    [
      'a missing input',
      { a: given.a, label: given.label },
      `network "two": input "b" was not given; it takes ${takes}`,
    ],
    [
      'an input that it has not',
      { ...given, c: given.a },
      `network "two" has no input "c"; it takes ${takes}`,
    ],
    ['another shape', { ...given, a: input('a', [2, 3]) }, 'network "two" takes a [batch, 2], got [2, 3]'],
    ['another rank', { ...given, b: input('b', [2]) }, 'network "two" takes b [batch, 1], got [2]'],
    [
      'a label without its batch',
      { ...given, label: input('label', [], 'int64') },
      'network "two" takes label [batch] int64, got []',
    ],
    [
      'another type',
      { ...given, label: input('label', [2]) },
      'network "two": input "label" is int64, got float32',
    ],
    [
      'the name of something that every object has',
      { ...given, toString: given.a },
      'network "two" has no input "toString"',
    ],
  ])('refuses %s', (_, inputs, message) => {
    expect(call(inputs)).toThrow(ShapeError)
    expect(call(inputs)).toThrow(message)
  })

  test('is not taken for one of one input or one output', () => {
    expect(() => inputOf(two())).toThrow(ConfigError)
    expect(() => inputOf(two())).toThrow(
      `network "two" has the inputs ${takes}; expected one: give or take them by name`,
    )
    expect(() => outputOf(two())).toThrow('network "two" has the outputs sum [batch, 1], scaled [batch, 1]')
    expect(() => callNetwork(two(), { input: given.a, weights: {}, ...mode })).toThrow(ConfigError)
    expect(inputOf(sequential({ name: 'net', input: { z: [3] }, output: 'made' }, []))).toEqual({
      name: 'z',
      shape: [3],
    })
  })
})

describe('a layer that a network applies twice', () => {
  const shared = () => {
    const layer = kernel('tower')
    return network('twins', { a: [2], b: [2] }, ({ a, b }, apply) => ({
      both: concat([apply(layer, a!), apply(layer, b!)], 1),
    }))
  }

  test('has one row, and one set of weights for both', () => {
    const net = shared()
    expect(net.rows.map(({ name }) => name)).toEqual(['tower'])
    expect(net.weights.map(({ name }) => name)).toEqual(['twins/tower/kernel'])
    const inputs = { a: input('a', [1, 2]), b: input('b', [1, 2]) }
    const { outputs } = net.call({ inputs, weights: weightInputs(net), ...mode })
    const { both } = interpret(outputs, {
      a: tensor([[1, 2]]),
      b: tensor([[3, 4]]),
      'twins/tower/kernel': tensor([[1], [10]]),
    })
    expect([...both!.data]).toEqual([21, 43])
  })

  test('takes inputs of one shape', () => {
    const layer = kernel('tower')
    const uneven = () =>
      network('uneven', { a: [2], b: [3] }, ({ a, b }, apply) => ({
        y: add(apply(layer, a!), apply(layer, b!)),
      }))
    expect(uneven).toThrow(ShapeError)
    expect(uneven).toThrow('Dense "uneven/tower" is shared: expected inputs [2] as the first time, got [3]')
  })

  test('moves its statistics on at each application, and at each call of the network', () => {
    const norm = batchNormalization({ center: false, scale: false, momentum: 0.5 })
    const net = network('net', { x: [1] }, ({ x }, apply) => ({ y: apply(norm, add(apply(norm, x!), 7)) }))
    const weights = weightInputs(net)
    const train = { training: true, random: noRandom }
    const { updates } = net.call({ inputs: { x: input('x', [2, 1]) }, weights, ...train })
    const mean = 'net/batch-normalization/movingMean'
    const start = { [mean]: tensor([4]), 'net/batch-normalization/movingVariance': tensor([1]) }
    // The batch's mean is 3; what is normalised has the mean 0, so the second sees 7.
    const moved = interpret({ mean: updates[mean]! }, { x: tensor([[1], [5]]), ...start })
    expect(moved.mean!.data[0]).toBeCloseTo(0.5 * (0.5 * 4 + 0.5 * 3) + 0.5 * 7, 12)
  })
})

describe('a body', () => {
  const make =
    (build: unknown, inputs: unknown = { x: [2] }) =>
    () =>
      network('net', inputs as never, build as never)

  test.each<[string, () => unknown, typeof ConfigError | typeof ShapeError, string]>([
    [
      'that is none',
      make(undefined),
      ConfigError,
      'network "net": its third argument, the body, must be a function',
    ],
    [
      'that gives nothing',
      make(() => undefined),
      ConfigError,
      'network "net": what its body gives must be a record',
    ],
    [
      'that gives a value without a name',
      make(({ x }: Record<string, Value>) => x),
      ConfigError,
      'what its body gives must be a record, each entry a value',
    ],
    [
      'that applies what is no layer',
      make(({ x }: Record<string, Value>, apply: (...given: unknown[]) => Value) => ({ y: apply(dense, x) })),
      ConfigError,
      'network "net": what is applied must be a layer',
    ],
    [
      'that mixes the examples of a batch',
      make(({ x }: Record<string, Value>) => ({ y: concat([x!, x!], 0) })),
      ShapeError,
      'network "net": output "y" must have the batch as its first axis; of one example it is [2, 2]',
    ],
    [
      'of two layers with one name',
      make(({ x }: Record<string, Value>, apply: (...given: unknown[]) => Value) => ({
        y: apply([kernel('a'), kernel('a')], x),
      })),
      ConfigError,
      'network "net" has two layers named "a"',
    ],
    [
      'with an input that is no shape',
      make(() => ({}), { x: [-1] }),
      ConfigError,
      'network "net": its second argument, the inputs, must be a record, each entry the shape of one example',
    ],
    [
      'with an input of another type',
      make(() => ({}), { x: { shape: [2], dtype: 'uint8' } }),
      ConfigError,
      'int64',
    ],
  ])('%s is refused', (_, attempt, kind, message) => {
    expect(attempt).toThrow(kind)
    expect(attempt).toThrow(message)
  })
})

describe('a copy of a network', () => {
  const source = () => {
    const norm = batchNormalization({ name: 'norm' })
    return network('judge', { x: [2] }, ({ x }, apply) => ({ y: apply([kernel('top'), norm], x!) }))
  }

  test('has weights of its own name that begin as those of the first, also when it is copied again', () => {
    const copy = copyOf(source(), 'target')
    expect(copy.name).toBe('target')
    expect(copy.inputs).toEqual(source().inputs)
    expect(copy.weights.map(({ name, startsAs }) => [name, startsAs])).toEqual(
      ['top/kernel', 'norm/gamma', 'norm/beta', 'norm/movingMean', 'norm/movingVariance'].map((local) => [
        `target/${local}`,
        `judge/${local}`,
      ]),
    )
    expect(copy.rows[0]!.weights[0]!.name).toBe('target/top/kernel')
    expect(copyOf(copy, 'older').weights[0]).toMatchObject({
      name: 'older/top/kernel',
      startsAs: 'judge/top/kernel',
    })
  })

  test('computes with its own weights, and gives its own statistics', () => {
    const copy = copyOf(source(), 'target')
    const { outputs, updates } = copy.call({
      inputs: { x: input('x', [2, 2]) },
      weights: weightInputs(copy),
      training: true,
      random: noRandom,
    })
    expect(Object.keys(updates)).toEqual(['target/norm/movingMean', 'target/norm/movingVariance'])
    const arrays: Record<string, Tensor> = {
      x: tensor([
        [1, 2],
        [3, 4],
      ]),
      'target/top/kernel': tensor([[1], [1]]),
      'target/norm/gamma': tensor([2]),
      'target/norm/beta': tensor([5]),
      'target/norm/movingMean': tensor([0]),
      'target/norm/movingVariance': tensor([1]),
    }
    // 3 and 7, normalised to -1 and 1 but for the epsilon in the root.
    const { y } = interpret(outputs, arrays)
    expect(y!.data[0]).toBeCloseTo(3, 3)
    expect(y!.data[1]).toBeCloseTo(7, 3)
  })

  test('needs a name, and something to copy', () => {
    expect(() => copyOf(source(), '')).toThrow('a copy of network "judge": its name must be a name')
    expect(() => copyOf(undefined as never, 'b')).toThrow(ConfigError)
  })
})
