// Embedding: the contract on whole numbers, and rows of the table written out.
import { expect, test } from 'vitest'
import { gradients } from '../../src/autodiff/backward.ts'
import { mul, reduceSum } from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { input } from '../../src/graph/value.ts'
import { embedding } from '../../src/layers/embedding.ts'
import { randomStream } from '../../src/util/random.ts'
import { layerContract, noRandom, runLayer } from '../contracts/layer.ts'
import { literal, tensor } from '../support/tensors.ts'

layerContract({
  make: embedding,
  options: { inputDim: 4, outputDim: 3 },
  type: 'Embedding',
  input: [5],
  values: [3, 0, 2, 3, 1],
  output: [5, 3],
  weights: { embeddings: [4, 3] },
  refused: [
    [{ inputDim: 0 }, /inputDim must be an integer with inputDim >= 1, got 0/],
    [{ inputDim: undefined }, /inputDim .*got undefined/],
    [{ outputDim: 1.5 }, /outputDim must be an integer with outputDim >= 1, got 1.5/],
    [{ outputDims: 3 }, /unknown option "outputDims"; did you mean "outputDim"\?/],
    [{ embeddingsInitializer: 'glorotuniform' }, /"glorotuniform"; did you mean "glorotUniform"/],
  ],
})
layerContract({
  make: embedding,
  options: { inputDim: 3, outputDim: 2, embeddingsInitializer: 'randomNormal' },
  type: 'Embedding',
  input: [2, 3],
  values: [2, 0, 1, 1, 1, 2],
  output: [2, 3, 2],
  weights: { embeddings: [3, 2] },
})

const table = tensor([
  [1, 2],
  [3, 4],
  [5, 6],
])

test('it gives the rows of its table', () => {
  const layer = embedding({ inputDim: 3, outputDim: 2 })
  const { output, shape } = runLayer(layer, tensor([2, 0, 2]), { embeddings: table }, true)
  expect([shape, output]).toEqual([
    [3, 2],
    [5, 6, 1, 2, 5, 6],
  ])
})

test('a thing that occurs twice learns from both, and one that does not occur learns nothing', () => {
  const layer = embedding({ inputDim: 3, outputDim: 2 })
  const embeddings = input('embeddings', [3, 2])
  const { output } = layer.call({
    input: input('labels', [3], 'int64'),
    weights: { embeddings },
    training: true,
    random: noRandom,
  })
  const loss = reduceSum(
    mul(
      output,
      literal([
        [1, 10],
        [2, 20],
        [4, 40],
      ]),
    ),
  )
  const [slope] = gradients(loss, [embeddings])
  const found = interpret({ slope: slope! }, { embeddings: table, labels: tensor([2, 0, 2]) })
  expect([...found.slope!.data]).toEqual([2, 20, 0, 0, 5, 50])
})

test("it begins as Keras' Embedding does, uniform in [-0.05, 0.05]", () => {
  const [spec] = embedding({ inputDim: 100, outputDim: 20 }).weights([])
  const numbers = [...spec!.initializer.fill(spec!.shape, randomStream(1, 'embeddings'))]
  expect(Math.max(...numbers)).toBeLessThanOrEqual(0.05)
  expect(Math.max(...numbers)).toBeGreaterThan(0.045)
  expect(Math.min(...numbers)).toBeLessThan(-0.045)
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(-0.05)
})
