// A step of PGD on a real architecture, forward, backward and projection, inside the loop of a program. After `npm run build`:
//
//   python bench/peers/export-architectures.py /tmp/exports resnet18
//   node bench/pgd-step.mjs /tmp/exports/resnet18-torchscript.onnx [batch] [threads] [steps]
//
// Beside it, in turns, the same step in PyTorch: `python bench/peers/torch-pgd-step.py resnet18 [batch] [threads] [steps]`. Both
// print milliseconds for a step, on the clock and of the processor, for each of five calls; the first ones warm up.
import { readFileSync } from 'node:fs'
import { gradients } from '../dist/autodiff/index.js'
import { openClassifier } from '../dist/classifiers/open-classifier.js'
import * as g from '../dist/graph/build.js'
import { input } from '../dist/graph/value.js'
import { nodeEngine } from '../dist/runtime/node.js'

const [file, batch = 8, threads = 1, steps = 4] = process.argv
  .slice(2)
  .map((text, i) => (i === 0 ? text : Number(text)))
const classifier = openClassifier(readFileSync(file))
const { height, width, channels } = classifier.image
const shape = [batch, height, width, channels]
const x = input('x', shape)
const start = input('start', shape)
const labels = input('labels', [batch, 1], 'int64')
const step = input('step', [])
const loss = g.neg(g.reduceSum(g.gatherElements(g.logSoftmax(classifier.logits(x)), labels, 1)))
const [gradient] = gradients(loss, [x])
const eps = 4 / 255
const moved = g.add(x, g.mul(g.sign(gradient), step))
const inBall = g.add(start, g.max(g.min(g.sub(moved, start), eps), -eps))
const next = g.max(g.min(inBall, 1), 0)

const engine = await nodeEngine({ threads })
const program = await engine.compile({
  name: 'pgd',
  graph: { inputs: [x, start, labels, step], outputs: { next, loss } },
  state: [{ input: 'x', output: 'next', shape }],
  perStep: ['step'],
  shared: ['start', 'labels'],
  outputs: ['loss'],
})
const pixels = new Float32Array(shape.reduce((a, b) => a * b)).map(() => Math.random())
await program.write({ x: pixels.slice() })
const times = []
for (let call = 0; call < 5; call++) {
  const [started, cpu] = [performance.now(), process.cpuUsage()]
  await program.advance({
    step: { data: new Float32Array(steps).fill(eps / 4), shape: [steps] },
    start: { data: pixels.slice(), shape },
    labels: { data: new BigInt64Array(batch).fill(5n), shape: [batch, 1] },
  })
  const { user, system } = process.cpuUsage(cpu)
  times.push([(performance.now() - started) / steps, (user + system) / 1000 / steps].map(Math.round))
}
await engine.close()
console.log(
  JSON.stringify({
    file: file.split('/').pop(),
    batch,
    threads,
    times,
    peakMB: Math.round(process.resourceUsage().maxRSS / 1000),
  }),
)
