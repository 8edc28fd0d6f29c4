// Certified accuracy of a classifier under noise, by radius, and whether an attack contradicts a certificate:
//   node bench/smoothed-accuracy.mjs <classifier.onnx> [--sigma .5] [--n 10000] [--count 500] [--attacked 100] [--out file.json]
// On the first MNIST test images, of ../shared/data/mnist. Needs `npm run build`. Figures of noise050.onnx are kept in
// bench/smoothed-accuracy.json.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync, writeSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { contradictions } from '../dist/attacks/smoothed-attack.js'
import { certificatesOf, certifyShards, openSmoothed, smoothingOptions } from '../dist/attacks/smoothing.js'
import { openClassifier } from '../dist/classifiers/open-classifier.js'
import { nodeEngine } from '../dist/node.js'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sigma: { type: 'string', default: '.5' },
    n: { type: 'string', default: '10000' },
    count: { type: 'string', default: '500' },
    attacked: { type: 'string', default: '100' },
    out: { type: 'string' },
  },
})
const [file] = positionals
if (!file) throw new Error('usage: node bench/smoothed-accuracy.mjs <classifier.onnx>; see the first lines')
const idx = (name, header) =>
  gunzipSync(
    readFileSync(fileURLToPath(new URL(`../../shared/data/mnist/${name}.gz`, import.meta.url))),
  ).subarray(header)
const count = Number(flags.count)
const images = Float32Array.from(idx('t10k-images-idx3-ubyte', 16).subarray(0, count * 784), (x) => x / 255)
const labels = idx('t10k-labels-idx1-ubyte', 8).subarray(0, count)
const ids = Array.from({ length: count }, (_, i) => i)
const options = smoothingOptions.parse({ sigma: Number(flags.sigma), n: Number(flags.n) })
const seed = 0

const bytes = readFileSync(file)
const engine = await nodeEngine({ threads: 1 })
const classifier = openClassifier(bytes)
const smoothed = await openSmoothed(engine, classifier, { sigma: options.sigma, seed })
const before = process.cpuUsage()
const started = performance.now()
const shards = []
for await (const shard of certifyShards(smoothed, { images, ids, options })) {
  shards.push(shard)
  if (shard.purpose === 'estimate' && shard.to === options.n && (shard.id + 1) % 50 === 0)
    writeSync(2, `${shard.id + 1} of ${count}, ${((performance.now() - started) / 1000).toFixed(0)} s\n`)
}
const seconds = (performance.now() - started) / 1000
const { user, system } = process.cpuUsage(before)
const certificates = certificatesOf(shards, ids, options)
const share = (holds) => certificates.filter(holds).length / count
const isRight = ({ class: named }, i) => named === labels[i]
const attacked = ids.slice(0, Number(flags.attacked))
const found = await contradictions(engine, classifier, smoothed, {
  images: images.subarray(0, attacked.length * 784),
  ids: attacked,
  certificates: certificates.slice(0, attacked.length),
  sigma: options.sigma,
  seed,
})
const figures = {
  model: basename(file),
  sha256: createHash('sha256').update(bytes).digest('hex'),
  data: `MNIST test, first ${count}`,
  options,
  seed,
  runtime: engine.name,
  node: process.version,
  certified: Object.fromEntries(
    [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75].map((radius) => [
      radius,
      share((certificate, i) => isRight(certificate, i) && certificate.radius >= radius),
    ]),
  ),
  abstained: share(({ class: named }) => named === undefined),
  attackedWithin: {
    certificates: found.length,
    predictedOtherwise: found.filter(({ contradicted }) => contradicted).length,
    abstained: found.filter(({ predicted }) => predicted === undefined).length,
    largestDistance: Math.max(...found.map(({ distance }) => distance)),
  },
  seconds: Math.round(seconds),
  processorMicrosecondsPerDraw: Number(((user + system) / (count * (options.n + options.n0))).toFixed(1)),
}
await engine.close()
const text = `${JSON.stringify(figures, null, 2)}\n`
if (flags.out) writeFileSync(flags.out, text)
writeSync(1, text)
