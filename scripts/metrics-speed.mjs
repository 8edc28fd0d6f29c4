// Seconds that each measure takes for 10,000 generated images against 10,000 real ones, and all of them together.
//
// usage: node scripts/metrics-speed.mjs [--count 10000] [--features 128] [--threads 0] [--limit 60]
//
// Images are `digits` and noisy digits of another seed. Features are a random projection with relu: the cost of a
// measure depends on their number, not on what they mean. Exits with 1 when all together take longer than the limit.
import { parseArgs } from 'node:util'
import {
  classHistogram,
  densityCoverage,
  digits,
  duplicateRate,
  fid,
  inceptionScore,
  input,
  kid,
  memorisation,
  ops,
  precisionRecall,
  randomStream,
  realFloor,
  sharpness,
} from '../dist/index.js'
import { nodeEngine } from '../dist/node.js'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    features: { type: 'string', default: '128' },
    threads: { type: 'string', default: '0' },
    limit: { type: 'string', default: '60' },
  },
})
const [count, width, threads, limit] = [values.count, values.features, values.threads, values.limit].map(
  Number,
)
const engine = await nodeEngine(threads > 0 ? { threads } : {})

/** Images of the set `digits` in [0, 1], with white noise. */
async function draw(seed, noise) {
  const { images, labels } = await digits({ seed, count })
  const stream = randomStream(seed, 'noise')
  const data = Float32Array.from(images, (byte) => byte / 255 + (noise > 0 ? noise * stream.normal() : 0))
  return { images: { data, shape: [count, 28, 28, 1] }, labels }
}
const [train, heldOut, fake] = [await draw(1, 0), await draw(2, 0), await draw(3, 0.1)]

const x = input('x', [count, 784])
const weights = input('weights', [784, width])
const hidden = ops.relu(ops.matMul(x, weights))
const logits = ops.slice(hidden, [{ axis: 1, start: 0, end: 10 }])
const extractor = await engine.open(
  { inputs: [x, weights], outputs: { features: hidden, probabilities: ops.softmax(logits) } },
  { name: 'features' },
)
const projection = randomStream(1, 'projection').fillNormal(new Float32Array(784 * width), 0, 0.1)
const read = async ({ images }) =>
  extractor.run({
    x: { data: images.data, shape: x.shape },
    weights: { data: projection, shape: weights.shape },
  })
const [real, made] = [await read(heldOut), await read(fake)]

const measures = {
  fid: () => fid(engine, real.features, made.features),
  kid: () => kid(engine, real.features, made.features),
  'precision and recall': () => precisionRecall(engine, real.features, made.features),
  'density and coverage': () => densityCoverage(engine, real.features, made.features),
  'inception score': () => inceptionScore(made.probabilities),
  'class histogram': () => classHistogram(fake.labels, { classes: 10, real: heldOut.labels }),
  'sharpness and noise': () => sharpness(engine, fake.images),
  memorisation: () =>
    memorisation(engine, { train: train.images, heldOut: heldOut.images, fake: fake.images }),
  duplicates: () => duplicateRate(engine, fake.images, { scale: heldOut.images }),
  'floor, one halving': () =>
    realFloor(
      real.features,
      async (a, b) => ({
        fid: await fid(engine, a, b),
        kid: await kid(engine, a, b),
        ...(await precisionRecall(engine, a, b)),
        ...(await densityCoverage(engine, a, b)),
      }),
      { draws: 1 },
    ),
}

/** The numbers of a result, in a line. */
const show = (result) =>
  Object.entries('estimator' in result ? { '': result } : result)
    .map(([name, { value, spread }]) =>
      `${name} ${value === null ? 'none' : value.toPrecision(4)}${spread === undefined ? '' : ` ± ${spread.toPrecision(2)}`}`.trim(),
    )
    .join(', ')

console.log(
  `${count} against ${count}, ${width} features, ${engine.name}, threads: ${threads || 'one per core'}`,
)
let total = 0
for (const [name, measure] of Object.entries(measures)) {
  const start = performance.now()
  const result = await measure()
  const seconds = (performance.now() - start) / 1e3
  total += seconds
  console.log(`${name.padEnd(22)} ${seconds.toFixed(2).padStart(6)} s   ${show(result)}`)
}
const memory = process.memoryUsage().rss / 2 ** 20
console.log(
  `${'all'.padEnd(22)} ${total.toFixed(2).padStart(6)} s   limit ${limit} s; ${memory.toFixed(0)} MiB`,
)
await engine.close()
process.exitCode = total > limit ? 1 : 0
