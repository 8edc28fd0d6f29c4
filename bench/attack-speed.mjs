// How fast PGD-40 is on MNIST images beside PyTorch, eager and compiled, with all cores, in turns portion by portion:
//   node bench/attack-speed.mjs [--images 10000] [--portion 500] [--only eager] [--threads 1] [--out file.json]
// Needs `npm run build`, ../shared/models/natural.onnx, MNIST in ../shared/data/mnist, and PYTHON=<path> with torch and onnx2torch.
// Every program chooses its fastest batch size before the clock starts; the ratio of each portion is of times next to each
// other, so what else the machine does weighs on both. On a busy machine threads wait for each other: take --threads 1 there, and
// the ratio of processor time.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { optionsOf } from '../dist/attacks/attack.js'
import { openOracle } from '../dist/attacks/oracle.js'
import { pgd } from '../dist/attacks/pgd.js'
import { openClassifier } from '../dist/classifiers/open-classifier.js'
import { nodeEngine } from '../dist/node.js'
import { median } from './summary.mjs'

const { values: flags } = parseArgs({
  options: {
    images: { type: 'string', default: '10000' },
    portion: { type: 'string', default: '500' },
    only: { type: 'string' },
    threads: { type: 'string', default: String(availableParallelism()) },
    ours: { type: 'boolean' },
    out: { type: 'string' },
  },
})
const [count, portion] = [Number(flags.images), Number(flags.portion)]
const EPS = 0.3
const SIZE = 784
const threads = Number(flags.threads)
const shared = (path) => fileURLToPath(new URL(`../../shared/${path}`, import.meta.url))
const idx = (name, header) => gunzipSync(readFileSync(shared(`data/mnist/${name}.gz`))).subarray(header)
const images = Float32Array.from(idx('t10k-images-idx3-ubyte', 16).subarray(0, count * SIZE), (x) =>
  Math.fround(x / 255),
)
const labels = Int32Array.from(idx('t10k-labels-idx1-ubyte', 8).subarray(0, count))
const model = shared('models/natural.onnx')

const engine = await nodeEngine({ threads })
const classifier = openClassifier(readFileSync(model))
const options = optionsOf(pgd, { randomStart: false })
async function ours(first, n, batch) {
  const oracle = openOracle(engine, classifier, { knowledge: 'gradient', batch })
  const [started, cpu] = [performance.now(), process.cpuUsage()]
  const { found } = await pgd.run(
    oracle,
    {
      images: images.subarray(first * SIZE, (first + n) * SIZE),
      labels: labels.subarray(first, first + n),
      ids: Int32Array.from({ length: n }, (_, i) => first + i),
      threat: { norm: 'linf', eps: EPS },
      seed: 0,
    },
    options,
  )
  const seconds = (performance.now() - started) / 1000
  const { user, system } = process.cpuUsage(cpu)
  await oracle.close()
  return { seconds, cpuSeconds: (user + system) / 1e6, left: n - found.reduce((sum, x) => sum + x, 0) }
}

const spread = (all) => ({ median: median(all), min: Math.min(...all), max: Math.max(...all) })
const seen = []
for (const batch of [50, 125, 250]) {
  const times = []
  for (let i = 0; i < 3; i++) times.push((await ours(0, Math.min(count, 250), batch)).seconds)
  seen.push([Math.min(...times), batch])
}
console.error('ours', JSON.stringify(seen))
const [, batch] = seen.sort((a, b) => a[0] - b[0])[0]

const folder = mkdtempSync(join(tmpdir(), 'attack-speed-'))
const peers = []
try {
  writeFileSync(join(folder, 'images'), new Uint8Array(images.buffer))
  writeFileSync(join(folder, 'labels'), new Uint8Array(labels.buffer))
  const job = {
    model,
    images: join(folder, 'images'),
    labels: join(folder, 'labels'),
    count,
    eps: EPS,
    steps: 40,
    threads,
  }
  writeFileSync(join(folder, 'job.json'), JSON.stringify(job))
  for (const mode of flags.ours ? [] : flags.only ? flags.only.split(',') : ['eager', 'compile']) {
    const script = fileURLToPath(new URL('peers/torch-pgd.py', import.meta.url))
    const child = spawn(process.env.PYTHON ?? 'python3', [script, join(folder, 'job.json'), mode], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const next = async () => {
      const { value, done } = await lines.next()
      if (done) throw new Error(`the ${mode} peer ended`)
      return JSON.parse(value)
    }
    const { ready } = await next()
    console.error(mode, JSON.stringify(ready))
    peers.push({
      mode,
      ready,
      child,
      seconds: [],
      ratios: [],
      cpuRatios: [],
      left: 0,
      ask(text) {
        child.stdin.write(text)
        return next()
      },
    })
  }
  const mine = { seconds: [], left: 0 }
  for (let first = 0; first < count; first += portion) {
    const n = Math.min(portion, count - first)
    const own = await ours(first, n, batch)
    mine.seconds.push(own.seconds)
    mine.left += own.left
    for (const peer of peers) {
      const theirs = await peer.ask(`${first} ${n}\n`)
      peer.seconds.push(theirs.seconds)
      peer.left += theirs.left
      // The mean of ours before and after it.
      const after = await ours(first, n, batch)
      peer.ratios.push((2 * theirs.seconds) / (own.seconds + after.seconds))
      peer.cpuRatios.push((2 * theirs.cpuSeconds) / (own.cpuSeconds + after.cpuSeconds))
    }
  }
  const sum = (all) => Number(all.reduce((a, b) => a + b, 0).toFixed(2))
  const report = {
    what: `PGD-40, eps ${EPS}, ${count} images, natural.onnx, ${threads} threads, portions of ${portion}`,
    ours: { engine: engine.name, batch, seconds: sum(mine.seconds), left: mine.left / count },
    peers: peers.map(({ mode, ready, seconds, ratios, cpuRatios, left }) => ({
      mode,
      ...ready,
      seconds: sum(seconds),
      left: left / count,
      ratio: spread(ratios),
      ratioOfProcessorTime: spread(cpuRatios),
    })),
  }
  const text = `${JSON.stringify(report, null, 2)}\n`
  if (flags.out) writeFileSync(flags.out, text)
  else console.log(text)
} finally {
  for (const { child } of peers) child.kill()
  rmSync(folder, { recursive: true })
  await engine.close()
}
