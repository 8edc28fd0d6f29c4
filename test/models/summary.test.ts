// The summary of a network, as data and as Keras' table.
import { expect, test } from 'vitest'
import { batchNormalization, dense, flatten, sequential } from '../../src/layers/index.ts'
import { mlpDiscriminator, mlpGenerator } from '../../src/models/mlp-gan.ts'
import { formatSummary, summarize } from '../../src/models/summary.ts'

test('a summary holds each layer with its type, output shape and parameters, and the totals', () => {
  expect(summarize(mlpDiscriminator())).toEqual({
    name: 'discriminator',
    inputs: { images: [28, 28, 1] },
    layers: [
      { name: 'flatten', type: 'Flatten', outputShape: [null, 784], parameters: 0, trainableParameters: 0 },
      { name: 'dropout', type: 'Dropout', outputShape: [null, 784], parameters: 0, trainableParameters: 0 },
      {
        name: 'dense',
        type: 'Dense',
        outputShape: [null, 512],
        parameters: 401920,
        trainableParameters: 401920,
      },
      {
        name: 'dense-1',
        type: 'Dense',
        outputShape: [null, 256],
        parameters: 131328,
        trainableParameters: 131328,
      },
      { name: 'dense-2', type: 'Dense', outputShape: [null, 1], parameters: 257, trainableParameters: 257 },
    ],
    total: 533505,
    trainable: 533505,
    nonTrainable: 0,
  })
})

test('moving statistics count as parameters that are not trainable', () => {
  const [, normalization] = summarize(mlpGenerator()).layers
  expect(normalization).toMatchObject({
    type: 'BatchNormalization',
    parameters: 1024,
    trainableParameters: 512,
  })
})

test('a summary is printed as Keras prints it', () => {
  const network = sequential({ name: 'small', input: [4, 5] }, [
    flatten(),
    dense({ units: 300, activation: 'relu', name: 'hidden' }),
    batchNormalization(),
  ])
  expect(formatSummary(summarize(network))).toBe(
    [
      'Model: "small"',
      '┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━┳━━━━━━━━━┓',
      '┃ Layer (type)                             ┃ Output Shape ┃ Param # ┃',
      '┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━╇━━━━━━━━━┩',
      '│ flatten (Flatten)                        │ (None, 20)   │       0 │',
      '├──────────────────────────────────────────┼──────────────┼─────────┤',
      '│ hidden (Dense)                           │ (None, 300)  │   6,300 │',
      '├──────────────────────────────────────────┼──────────────┼─────────┤',
      '│ batch-normalization (BatchNormalization) │ (None, 300)  │   1,200 │',
      '└──────────────────────────────────────────┴──────────────┴─────────┘',
      ' Total params: 7,500 (29.30 KB)',
      ' Trainable params: 6,900 (26.95 KB)',
      ' Non-trainable params: 600 (2.34 KB)',
    ].join('\n'),
  )
})

test('totals have thousands separators and sizes in units of 1024 bytes', () => {
  const text = formatSummary(summarize(mlpGenerator()))
  expect(text).toContain(' Total params: 1,493,520 (5.70 MB)')
  expect(text).toContain('(None, 28, 28, 1)')
  expect(formatSummary(summarize(mlpDiscriminator()))).toContain(' Non-trainable params: 0 (0.00 B)')
})
