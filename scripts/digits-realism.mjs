// How real the built-in digits are: a small CNN learns from them alone and is tested on the real MNIST test set.
// Usage: node scripts/digits-realism.mjs [--count 60000] [--epochs 3] [--seeds 1,2,3] [--data-dir <folder with MNIST's files>]
import { parseArgs } from 'node:util'
import {
  adam,
  classification,
  conv2D,
  dense,
  dropout,
  exportNetwork,
  flatten,
  imageExamples,
  sequential,
  train,
} from '../dist/index.js'
import { loadData, nodeEngine } from '../dist/node.js'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '60000' },
    epochs: { type: 'string', default: '3' },
    seeds: { type: 'string', default: '1,2,3' },
    'data-dir': { type: 'string' },
  },
})
const batchSize = 128
const count = Number(values.count)
const dataDir = values['data-dir']
const { train: digits } = await loadData('digits', { options: { count } })
const { test: mnist } = await loadData('mnist', dataDir ? { dataDir } : {})

const network = () =>
  sequential({ name: 'classifier', input: { images: [28, 28, 1] }, output: 'logits' }, [
    conv2D({ filters: 16, kernelSize: 5, strides: 2, padding: 'same', activation: 'relu' }),
    conv2D({ filters: 32, kernelSize: 5, strides: 2, padding: 'same', activation: 'relu' }),
    flatten(),
    dense({ units: 128, activation: 'relu' }),
    dropout({ rate: 0.5 }),
    dense({ units: 10 }),
  ])

/** Share of a data set's images that a trained classifier names rightly. */
async function accuracyOn(dataset, engine, classifier, arrays) {
  const model = await engine.load(exportNetwork(classifier, arrays, { name: 'classifier' }))
  const examples = imageExamples(dataset)
  let right = 0
  for (let first = 0; first < dataset.count; first += 500) {
    const indices = Uint32Array.from({ length: Math.min(500, dataset.count - first) }, (_, i) => first + i)
    const images = new Float32Array(indices.length * 784)
    examples.fill('images', indices, images)
    const { logits } = await model.run({ images: { data: images, shape: [indices.length, 28, 28, 1] } })
    indices.forEach((index, i) => {
      const row = logits.data.subarray(10 * i, 10 * i + 10)
      if (row.indexOf(Math.max(...row)) === dataset.labels[index]) right++
    })
  }
  await model.close()
  return right / dataset.count
}

const engine = await nodeEngine()
const accuracies = []
for (const seed of values.seeds.split(',').map(Number)) {
  const classifier = network()
  const objective = classification({ name: 'realism', classifier, optimizer: adam() })
  const steps = Math.floor((Number(values.epochs) * count) / batchSize)
  for await (const event of train({
    objective,
    source: imageExamples(digits),
    engine,
    batchSize,
    seed,
    steps,
  })) {
    if (event.type !== 'end') continue
    const accuracy = await accuracyOn(mnist, engine, classifier, event.state.arrays)
    accuracies.push(accuracy)
    console.log(`seed ${seed}: ${(100 * accuracy).toFixed(2)}% of ${mnist.count} real test images`)
  }
}
await engine.close()
const mean = accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / accuracies.length
const deviation = Math.sqrt(
  accuracies.reduce((sum, a) => sum + (a - mean) ** 2, 0) / Math.max(1, accuracies.length - 1),
)
console.log(
  JSON.stringify({
    trainedOn: `digits (${count})`,
    testedOn: `mnist test (${mnist.count})`,
    accuracies,
    mean,
    deviation,
  }),
)
