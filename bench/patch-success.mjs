// Success of an adversarial patch over its area, beside its controls, and the patch as an SVG of 50 mm:
//   node bench/patch-success.mjs <classifier.onnx> [--target 3] [--steps 500] [--count 1000] [--out file.json] [--svg file.svg]
// Trained on 5000 MNIST training images, measured on the first test images, of ../shared/data/mnist. Needs `npm run build`.
// Figures of natural.onnx are kept in bench/patch-success.json.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync, writeSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { openOracle } from '../dist/attacks/oracle.js'
import { patchOptions, trainPatch } from '../dist/attacks/patch.js'
import { measurePatch } from '../dist/attacks/patch-measure.js'
import { patchSvg } from '../dist/attacks/patch-svg.js'
import { openClassifier } from '../dist/classifiers/open-classifier.js'
import { nodeEngine } from '../dist/node.js'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    target: { type: 'string', default: '3' },
    steps: { type: 'string', default: '500' },
    count: { type: 'string', default: '1000' },
    out: { type: 'string' },
    svg: { type: 'string' },
  },
})
const [file] = positionals
if (!file) throw new Error('usage: node bench/patch-success.mjs <classifier.onnx>; see the first lines')
const idx = (name, header) =>
  gunzipSync(
    readFileSync(fileURLToPath(new URL(`../../shared/data/mnist/${name}.gz`, import.meta.url))),
  ).subarray(header)
const part = (name, count) => ({
  images: Float32Array.from(idx(`${name}-images-idx3-ubyte`, 16).subarray(0, count * 784), (x) => x / 255),
  labels: Int32Array.from(idx(`${name}-labels-idx1-ubyte`, 8).subarray(0, count)),
  ids: Int32Array.from({ length: count }, (_, i) => i),
})
const bytes = readFileSync(file)
const engine = await nodeEngine({ threads: 1 })
const oracle = openOracle(engine, openClassifier(bytes), { knowledge: 'gradient', batch: 100 })
const options = patchOptions.parse({ steps: Number(flags.steps) })
const target = Number(flags.target)
const real = part('train', 5000)
const started = performance.now()
const patch = await trainPatch(oracle, { ...real, target, seed: 1 }, options)
const seconds = (performance.now() - started) / 1000
const measures = await measurePatch(
  oracle,
  patch,
  { target, seed: 1, heldOut: part('t10k', Number(flags.count)), real },
  options,
)
const text = `${JSON.stringify(
  {
    model: basename(file),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    data: `trained on 5000 MNIST training images, measured on the first ${flags.count} of the test that are not of the class`,
    options,
    seed: 1,
    runtime: engine.name,
    node: process.version,
    secondsOfTraining: Math.round(seconds),
    ...measures,
  },
  null,
  2,
)}\n`
if (flags.out) writeFileSync(flags.out, text)
if (flags.svg)
  writeFileSync(flags.svg, patchSvg(patch, { millimetres: 50, title: `Patch towards class ${target}` }))
writeSync(1, text)
await engine.close()
