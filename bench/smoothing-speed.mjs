// What classifying an image under noise takes, by where the noise is made:
//   node bench/smoothing-speed.mjs <classifier.onnx> [rounds]
// Variants take turns in one process with one thread; microseconds of processor time per noisy image, all threads together.
// Needs `npm run build`.
import { readFileSync, writeSync } from 'node:fs'
import { openSmoothed } from '../dist/attacks/smoothing.js'
import { openClassifier } from '../dist/classifiers/open-classifier.js'
import * as g from '../dist/graph/build.js'
import { input } from '../dist/graph/value.js'
import { nodeEngine } from '../dist/node.js'
import { fillNormals } from '../dist/util/normals.js'
import { randomStream } from '../dist/util/random.js'

const [file, rounds = '5'] = process.argv.slice(2)
if (!file) throw new Error('usage: node bench/smoothing-speed.mjs <classifier.onnx> [rounds]')
const classifier = openClassifier(readFileSync(file))
const { height, width, channels } = classifier.image
const size = height * width * channels
const [BATCH, CALLS, SIGMA] = [250, 8, 0.5]
const engine = await nodeEngine({ threads: 1 })
const shape = [BATCH, height, width, channels]
const x = input('x', shape)
const image = input('image', [1, height, width, channels])
const fed = await engine.open({ inputs: [x], outputs: { logits: classifier.logits(x) } }, { name: 'fed' })
// Box and Muller inside of the graph: two uniform numbers in, two normal ones out.
const flat = g.reshape(x, [BATCH, 2, size / 2])
const half = (at) => g.slice(flat, [{ axis: 1, start: at, end: at + 1 }])
const radius = g.sqrt(g.mul(g.log(half(0)), -2))
const angle = g.mul(half(1), 2 * Math.PI)
const normals = g.concat([g.mul(radius, g.cos(angle)), g.mul(radius, g.sin(angle))], 1)
const made = await engine.open(
  {
    inputs: [x, image],
    outputs: { logits: classifier.logits(g.add(image, g.mul(g.reshape(normals, shape), SIGMA))) },
  },
  { name: 'made' },
)
const smoothed = await openSmoothed(engine, classifier, { sigma: SIGMA, seed: 1, batch: BATCH })
const pixels = randomStream(1, 'pixels').fillUniform(new Float32Array(size))
const data = new Float32Array(BATCH * size)
const each = (fill) => {
  for (let i = 0; i < BATCH; i++) fill(randomStream(1, 'draw', i), data.subarray(i * size, (i + 1) * size))
}
const added = (fill) =>
  each((random, out) => {
    fill(random, out)
    for (let p = 0; p < size; p++) out[p] = pixels[p] + SIGMA * out[p]
  })
const run = (model, more = {}) => model.run({ x: { data, shape }, ...more })
const times = (body) => async () => {
  for (let i = 0; i < CALLS; i++) await body()
}
const variants = {
  'the classifier alone': times(() => run(fed)),
  'noise by Box and Muller, added outside, one batch a call': times(() => {
    added((random, out) => random.fillNormal(out))
    return run(fed)
  }),
  'noise by ziggurat, added outside, one batch a call': times(() => {
    added(fillNormals)
    return run(fed)
  }),
  'uniform numbers fed, Box and Muller in the graph': times(() => {
    each((random, out) => random.fillUniform(out, 2 ** -24, 1))
    return run(made, { image: { data: pixels, shape: image.shape } })
  }),
  'noise by ziggurat fed, added in the graph, batches in one call: `openSmoothed`': () =>
    smoothed.counts(pixels, { id: 1, purpose: 'estimate', from: 0, to: BATCH * CALLS }),
}
const taken = Object.fromEntries(Object.keys(variants).map((name) => [name, []]))
for (let round = -1; round < Number(rounds); round++)
  for (const [name, body] of Object.entries(variants)) {
    const before = process.cpuUsage()
    await body()
    const { user, system } = process.cpuUsage(before)
    if (round >= 0) taken[name].push((user + system) / (BATCH * CALLS))
  }
for (const [name, all] of Object.entries(taken)) {
  const sorted = all.sort((a, b) => a - b)
  writeSync(
    1,
    `${sorted[sorted.length >> 1].toFixed(1)} (${sorted[0].toFixed(1)} to ${sorted.at(-1).toFixed(1)})  ${name}\n`,
  )
}
await engine.close()
