// The contract of layers: one call in a layer's test checks everything that all layers promise.
import { describe, expect, test } from 'vitest'
import { interpret } from '../../src/graph/interpreter.ts'
import { constant, type DType, input, type Tensor, type Value } from '../../src/graph/value.ts'
import type { Layer, RandomSource } from '../../src/layers/layer.ts'
import { describeLayer, type LayerConfig, layerOf } from '../../src/layers/registry.ts'
import { ConfigError, ShapeError } from '../../src/util/errors.ts'
import { randomStream } from '../../src/util/random.ts'
import { type Shape, sizeOf } from '../../src/util/shape.ts'
import { expectDerivatives } from '../support/differences.ts'
import { normalTensor, tensorOf } from '../support/tensors.ts'

export interface LayerContract<Options> {
  readonly make: (options: Options) => Layer
  readonly options: Options
  /** Keras' class name. */
  readonly type: string
  /** Shape of the input, batch first. */
  readonly input: Shape
  /** The input's numbers, of layers that take whole numbers: nothing is differentiated by them. Default: random ones. */
  readonly values?: readonly number[]
  /** Shape of the output, batch first. */
  readonly output: Shape
  /** Shapes of the weights by name, in Keras' order; default none. */
  readonly weights?: Readonly<Record<string, Shape>>
  /** The weights among them that no gradient trains; default none. */
  readonly state?: readonly string[]
  /** The trainable weights on whose way gradients are stopped on purpose: differences do not see that. Default none. */
  readonly stopped?: readonly string[]
  /** Shapes of one example that the layer must refuse with a ShapeError. */
  readonly refusedInputs?: readonly Shape[]
  /** Option records that must be refused with a ConfigError, each with what its message says. */
  readonly refused?: readonly (readonly [object, RegExp])[]
  /** True when each example's inference output depends on that example only; default true. */
  readonly examplesApart?: boolean
}

/** Random numbers held fixed within a test, as constants of the graph. */
export function fixedRandom(dtype: DType = 'float32'): RandomSource {
  let calls = 0
  const made = (shape: Shape, fill: (out: Float32Array) => Float32Array): Value =>
    constant(fill(new Float32Array(sizeOf(shape))), shape, dtype)
  const stream = () => randomStream(7, 'fixed', calls++)
  return {
    dropout: (shape, rate) =>
      made(shape, (out) => {
        const kept = stream().fillKept(new Uint8Array(out.length), rate)
        return out.map((_, i) => kept[i]! / (1 - rate))
      }),
    uniform: (shape, low, high) => made(shape, (out) => stream().fillUniform(out, low, high)),
    normal: (shape, mean, deviation) => made(shape, (out) => stream().fillNormal(out, mean, deviation)),
  }
}

/** For inference, which must not ask for randomness. */
export const noRandom: RandomSource = {
  dropout: () => expect.fail('inference asked for a dropout mask'),
  uniform: () => expect.fail('inference asked for uniform numbers'),
  normal: () => expect.fail('inference asked for normal numbers'),
}

/** Weights in the region where layers are smooth: about 1 with some spread, so that variances are positive. */
export const someWeights = (layer: Layer, example: Shape): Record<string, Tensor> =>
  Object.fromEntries(
    layer.weights(example).map(({ name, shape }) => {
      const { data } = normalTensor(shape, name)
      return [
        name,
        tensorOf(
          shape,
          Float64Array.from(data, (x) => 1 + 0.3 * Math.tanh(x)),
        ),
      ]
    }),
  )

/** Computes a layer in float64: its output, and its updates by name. */
export function runLayer(
  layer: Layer,
  x: Tensor,
  weights: Readonly<Record<string, Tensor>>,
  training: boolean,
): { output: number[]; shape: Shape; updates: Record<string, number[]> } {
  const given = Object.fromEntries(
    Object.entries(weights).map(([name, { shape }]) => [name, input(`weights/${name}`, shape)]),
  )
  const { output, updates = {} } = layer.call({
    input: input('x', x.shape),
    weights: given,
    training,
    random: training ? fixedRandom() : noRandom,
  })
  const feeds = Object.fromEntries(
    Object.entries(weights).map(([name, tensor]) => [`weights/${name}`, tensor]),
  )
  const results = interpret({ ...updates, output }, { x, ...feeds })
  return {
    output: [...results.output!.data],
    shape: output.shape,
    updates: Object.fromEntries(Object.keys(updates).map((name) => [name, [...results[name]!.data]])),
  }
}

/** The type in which derivatives are looked at. */
const dtypeOf = (given: Readonly<Record<string, Value>>): DType => Object.values(given)[0]!.dtype

/** Declares the tests that every layer passes. */
export function layerContract<Options extends object>({
  make,
  options,
  type,
  input: inputShape,
  values,
  output: outputShape,
  weights: weightShapes = {},
  state = [],
  stopped = [],
  refusedInputs = [],
  refused = [],
  examplesApart = true,
}: LayerContract<Options>): void {
  describe(`${type} ${JSON.stringify(options)} keeps the contract of layers`, () => {
    const example = inputShape.slice(1)
    const layer = make(options)
    const x = values ? tensorOf(inputShape, values) : normalTensor(inputShape, 'x')
    const weights = someWeights(layer, example)

    test('it promises its type, its output shape and its weights', () => {
      expect(layer.type).toBe(type)
      expect(layer.outputShape(example)).toEqual(outputShape.slice(1))
      const specs = layer.weights(example)
      expect(Object.fromEntries(specs.map(({ name, shape }) => [name, shape]))).toEqual(weightShapes)
      expect(specs.map(({ name }) => name)).toEqual(Object.keys(weightShapes))
      expect(specs.filter(({ trainable }) => !trainable).map(({ name }) => name)).toEqual(state)
      for (const { initializer, shape } of specs)
        expect(initializer.fill(shape, randomStream(1, 'weights')).length).toBe(sizeOf(shape))
    })

    test('it gives the promised shape in both modes and updates its state in training only', () => {
      const inference = runLayer(layer, x, weights, false)
      const training = runLayer(layer, x, weights, true)
      expect(inference.shape).toEqual(outputShape)
      expect(training.shape).toEqual(outputShape)
      expect(inference.updates).toEqual({})
      expect(Object.keys(training.updates)).toEqual(state)
      for (const name of state) expect(training.updates[name]!.length).toBe(sizeOf(weightShapes[name]!))
      expect([...inference.output, ...training.output].every(Number.isFinite)).toBe(true)
    })

    test('its gradients agree with directional differences, to second order, in both modes', () => {
      const trained = Object.keys(weights).filter((name) => ![...state, ...stopped].includes(name))
      const at: Record<string, Tensor> = values ? {} : { x }
      for (const name of trained) at[`weights/${name}`] = weights[name]!
      for (const training of [false, true])
        expectDerivatives(
          (given) =>
            layer.call({
              input: given.x ?? constant(x.data, inputShape, dtypeOf(given)),
              weights: Object.fromEntries(
                Object.entries(weights).map(([name, { data, shape }]) => [
                  name,
                  given[`weights/${name}`] ?? constant(data, shape, dtypeOf(given)),
                ]),
              ),
              training,
              random: training ? fixedRandom(dtypeOf(given)) : noRandom,
            }).output,
          at,
        )
    })

    if (examplesApart)
      test('at inference an example is treated alike alone and in a batch', () => {
        const whole = runLayer(layer, x, weights, false).output
        const size = sizeOf(example)
        const alone = Array.from({ length: inputShape[0]! }, (_, i) => {
          const row = tensorOf([1, ...example], x.data.slice(i * size, (i + 1) * size))
          return runLayer(layer, row, weights, false).output
        })
        alone.flat().forEach((y, i) => {
          expect(y).toBeCloseTo(whole[i]!, 12)
        })
      })

    test('it is made again from its saved configuration', () => {
      const saved = JSON.parse(
        JSON.stringify(describeLayer(make({ ...options, name: 'saved' }))),
      ) as LayerConfig
      const again = layerOf(saved)
      expect(again.name).toBe('saved')
      expect(describeLayer(again)).toEqual(saved)
      for (const training of [false, true])
        expect(runLayer(again, x, weights, training)).toEqual(runLayer(layer, x, weights, training))
      const fill = (made: Layer): number[][] =>
        made
          .weights(example)
          .map((spec) => [...spec.initializer.fill(spec.shape, randomStream(3, spec.name))])
      expect(fill(again)).toEqual(fill(layer))
    })

    test('it refuses options that it does not have and names that cannot be part of a weight name', () => {
      const refuse = (changed: object, message: RegExp): void => {
        const attempt = (): Layer => make({ ...options, ...changed } as Options)
        expect(attempt).toThrow(ConfigError)
        expect(attempt).toThrow(message)
      }
      refuse({ colour: 'red' }, /unknown option "colour".*Known options: .*name/)
      refuse({ name: 'a/b' }, /name must be text without "\/".*"a\/b"/)
      refuse({ name: '' }, /name must be text/)
      for (const [changed, message] of refused) refuse(changed, message)
    })

    if (refusedInputs.length > 0)
      test.each(refusedInputs)(
        'it refuses examples of shape [%s] before anything is computed',
        (...shape) => {
          expect(() => [layer.weights(shape), layer.outputShape(shape)]).toThrow(ShapeError)
        },
      )
  })
}
