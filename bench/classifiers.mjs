// Real architectures as files: read, differentiated, run, and held against what PyTorch says. After `npm run build`:
//
//   python bench/peers/export-architectures.py /tmp/exports
//   node --max-old-space-size=8000 bench/classifiers.mjs /tmp/exports [name ...] [--batch 2] [--threads 2]
//
// One line of JSON for each file: milliseconds to read and to write the graph, to open it and to run forward and backward once;
// nodes; the largest difference of logits and of the gradient in pixel space, relative to their largest number; of the logits also
// to ONNX Runtime on the original file; memory at its largest.
import { readdirSync, readFileSync } from 'node:fs'
import { gradients } from '../dist/autodiff/index.js'
import { askOriginal } from '../dist/classifiers/ask-original.js'
import { openClassifier } from '../dist/classifiers/open-classifier.js'
import * as g from '../dist/graph/build.js'
import { input, sortNodes } from '../dist/graph/value.js'
import { nodeEngine } from '../dist/runtime/node.js'

const [folder, ...rest] = process.argv.slice(2)
const option = (name, otherwise) => {
  const at = rest.indexOf(`--${name}`)
  return at < 0 ? otherwise : Number(rest.splice(at, 2)[1])
}
const threads = option('threads', 2)
const size = 224 * 224 * 3
const names = readdirSync(folder)
  .filter(
    (name) => name.endsWith('.onnx') && (rest.length === 0 || rest.some((wanted) => name.startsWith(wanted))),
  )
  .map((name) => name.slice(0, -5))

const worst = (found, wanted) => {
  let [difference, largest] = [0, 0]
  for (let i = 0; i < wanted.length; i++) {
    difference = Math.max(difference, Math.abs(found[i] - wanted[i]))
    largest = Math.max(largest, Math.abs(wanted[i]))
  }
  return Number((difference / largest).toExponential(2))
}
const timed = async (work) => {
  const started = performance.now()
  const result = await work()
  return [result, Math.round(performance.now() - started)]
}

for (const name of names) {
  const base = name.replace(/-[a-z]+$/, '')
  const { labels, classes } = JSON.parse(readFileSync(`${folder}/${base}.json`, 'utf8'))
  const data = readFileSync(`${folder}/${base}.bin`)
  const at = (start, length, Kind) =>
    new Kind(
      data.buffer.slice(data.byteOffset + start, data.byteOffset + start + length * Kind.BYTES_PER_ELEMENT),
    )
  const images = at(0, 2 * size, Float32Array)
  const wantedLogits = at(8 * size, 2 * classes, Float64Array)
  const wantedGradient = at(8 * size + 16 * classes, 2 * size, Float64Array)
  const line = { name }
  const engine = await nodeEngine({ threads })
  try {
    const bytes = readFileSync(`${folder}/${name}.onnx`)
    const [classifier, readMs] = await timed(() => openClassifier(bytes))
    const [graph, writeMs] = await timed(() => {
      const x = input('images', [2, 224, 224, 3])
      const y = input('labels', [2, 1], 'int64')
      const logits = classifier.logits(x)
      const loss = g.neg(g.reduceSum(g.gatherElements(g.logSoftmax(logits), y, 1)))
      return { inputs: [x, y], outputs: { logits, gradient: gradients(loss, [x])[0] } }
    })
    Object.assign(line, { readMs, writeMs, nodes: sortNodes(Object.values(graph.outputs)).length })
    const [model, openMs] = await timed(() => engine.open(graph, { name }))
    const feeds = {
      images: { data: images, shape: [2, 224, 224, 3] },
      labels: { data: BigInt64Array.from(labels, BigInt), shape: [2, 1] },
    }
    const [answer, firstMs] = await timed(() => model.run(feeds))
    const [, runMs] = await timed(() => model.run(feeds))
    await model.close()
    const plain = await engine.load(classifier.original ?? bytes)
    const said = await askOriginal(classifier, plain, images)
    await plain.close()
    Object.assign(line, {
      openMs,
      firstMs,
      runMs,
      logits: worst(answer.logits.data, wantedLogits),
      gradient: worst(answer.gradient.data, wantedGradient),
      runtime: worst(answer.logits.data, said),
      passedThrough: classifier.passedThrough.length,
    })
  } catch (error) {
    line.error = String(error.message ?? error).slice(0, 500)
  }
  line.peakMB = Math.round(process.resourceUsage().maxRSS / 1000)
  console.log(JSON.stringify(line))
  await engine.close()
}
