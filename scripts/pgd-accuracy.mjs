// How many held-out images a classifier names rightly, as they are and under PGD: an attack of its own, apart from training's.
//
// usage: node scripts/pgd-accuracy.mjs <classifier.onnx> --data <folder of IDX files> [--eps 0.3] [--steps 40] [--step-size 0.01]
//          [--restarts 1] [--count 10000] [--seed 0] [--threads 0] [--batch 250]
//
// Each image starts at a place of its own, uniform within eps, and moves by the sign of the gradient of its cross-entropy;
// with restarts it counts as named rightly where that holds after all of them. One JSON line.
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { openClassifier } from '../dist/classifiers/open-classifier.js'
import { ops as g, gradients, input, randomStream, sparseCategoricalCrossentropy } from '../dist/index.js'
import { loadData, nodeEngine } from '../dist/node.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    eps: { type: 'string', default: '0.3' },
    steps: { type: 'string', default: '40' },
    'step-size': { type: 'string', default: '0.01' },
    restarts: { type: 'string', default: '1' },
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '0' },
    threads: { type: 'string', default: '0' },
    batch: { type: 'string', default: '250' },
  },
})
const numbers = Object.fromEntries(
  Object.entries(values).flatMap(([name, text]) => (name === 'data' ? [] : [[name, Number(text)]])),
)
const { eps, steps, restarts, count, seed, threads, batch, 'step-size': stepSize } = numbers
const [file] = positionals
const { test } = await loadData(values.data)
const classifier = openClassifier(await readFile(file))
const { height, width, channels } = classifier.image
const shape = [batch, height, width, channels]
const size = height * width * channels
const engine = await nodeEngine({ threads })

const x = input('x', shape)
const images = input('images', shape)
const labels = input('labels', [batch], 'int64')
const length = input('length', [])
const logits = classifier.logits(x)
const [slope] = gradients(sparseCategoricalCrossentropy(logits, labels), [x])
const within = (value) => g.min(g.max(value, g.max(g.sub(images, eps), 0)), g.min(g.add(images, eps), 1))
const program = await engine.compile({
  name: 'pgd',
  graph: {
    inputs: [x, images, labels, length],
    outputs: { next: within(g.add(x, g.mul(g.sign(slope), length))) },
  },
  state: [{ input: 'x', output: 'next', shape }],
  perStep: ['length'],
  shared: ['images', 'labels'],
  outputs: [],
})
const asked = input('asked', shape)
const answers = await engine.open(
  { inputs: [asked], outputs: { found: g.argMax(classifier.logits(asked), 1) } },
  { name: 'answers' },
)
const named = async (data) => (await answers.run({ asked: { data, shape } })).found.data

const started = performance.now()
let [clean, robust, lowest] = [0, 0, 0]
for (let first = 0; first < count; first += batch) {
  const some = Math.min(batch, count - first)
  const pixels = new Float32Array(batch * size)
  const truth = new BigInt64Array(batch)
  for (let i = 0; i < some; i++) {
    for (let p = 0; p < size; p++) pixels[i * size + p] = test.images[(first + i) * size + p] / 255
    truth[i] = BigInt(test.labels[first + i])
  }
  const right = (found) => Array.from({ length: some }, (_, i) => BigInt(found[i]) === truth[i])
  const asTheyAre = right(await named(pixels))
  const standing = [...asTheyAre]
  for (let restart = 0; restart < restarts; restart++) {
    const start = new Float32Array(batch * size)
    for (let i = 0; i < some; i++) {
      const random = randomStream(seed, `pgd/${restart}`, first + i)
      const noise = random.fillUniform(new Float32Array(size), -eps, eps)
      for (let p = 0; p < size; p++)
        start[i * size + p] = Math.min(1, Math.max(0, pixels[i * size + p] + noise[p]))
    }
    await program.write({ x: start })
    await program.advance({
      length: { data: new Float32Array(steps).fill(stepSize), shape: [steps] },
      images: { data: pixels.slice(), shape },
      labels: { data: truth.slice(), shape: [batch] },
    })
    const { x: found } = await program.read()
    for (let i = 0; i < some * size; i++)
      lowest = Math.max(lowest, Math.abs(found[i] - pixels[i]), -found[i], found[i] - 1)
    right(await named(found)).forEach((stands, i) => {
      standing[i] &&= stands
    })
  }
  clean += asTheyAre.filter(Boolean).length
  robust += standing.filter(Boolean).length
}
console.log(
  JSON.stringify({
    file,
    count,
    eps,
    steps,
    stepSize,
    restarts,
    seed,
    clean: clean / count,
    robust: robust / count,
    farthest: lowest,
    seconds: Math.round((performance.now() - started) / 100) / 10,
  }),
)
await engine.close()
