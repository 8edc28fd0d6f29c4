// Layers from data.
import { expect, test } from 'vitest'
import * as layers from '../../src/layers/index.ts'
import { LAYERS, layerOf } from '../../src/layers/registry.ts'

test('every type of layer is made by its function and calls itself by the name in the table', () => {
  const options: Record<string, object> = {
    Activation: { activation: 'relu' },
    Conv1D: { filters: 2, kernelSize: 3 },
    Conv2D: { filters: 2, kernelSize: 3 },
    Conv2DTranspose: { filters: 2, kernelSize: 3 },
    Dense: { units: 2 },
    Dropout: { rate: 0.5 },
    DynamicRouting: { capsules: 2, dimension: 2 },
    GaussianNoise: { stddev: 0.1 },
    Embedding: { inputDim: 3, outputDim: 2 },
    GenerativeBasis: { size: 2 },
    Maxout: { numUnits: 2 },
    PrimaryCapsules: { capsules: 2, dimension: 2, kernelSize: 3 },
    NoisyDense: { units: 2 },
    Rescaling: { scale: 2 },
    Reshape: { targetShape: [-1] },
    SelfAttentionRouting: { capsules: 2, dimension: 2 },
    SpectralNormalization: { layer: { type: 'Dense', config: { units: 2 } } },
    WeightNormalization: { layer: { type: 'Dense', config: { units: 2 } } },
  }
  for (const type of Object.keys(LAYERS)) {
    const layer = layerOf({ type, config: { ...options[type] } })
    expect(layer.type).toBe(type)
    expect(layer.name).toBeUndefined()
  }
})

test('an unknown type is answered with the nearest one', () => {
  expect(() => layerOf({ type: 'dence', config: {} })).toThrow(
    /unknown type "dence"; did you mean "Dense"\? Known: Activation, AveragePooling2D/,
  )
})

test('options of saved layers are checked', () => {
  expect(() => layerOf({ type: 'Dense', config: { units: -1 } })).toThrow(/units >= 1, got -1/)
})

test('the room exports the function of every layer in the table', () => {
  expect(Object.values(layers)).toEqual(expect.arrayContaining(Object.values(LAYERS)))
})

test('a missing record of options is named', () => {
  expect(() => (layers.dense as (options?: unknown) => unknown)()).toThrow(
    'dense: expects one record of options, got undefined',
  )
  expect(() => (layers.dropout as (options?: unknown) => unknown)(0.5)).toThrow('got 0.5')
})
