// How strong our attacks are beside the reference implementations, on the same models, images and budgets:
//   node bench/attack-strength.mjs [--only natural,pgd] [--runs pgd,apgd-ce] [--ours] [--out file.json]
// Needs `npm run build`, the ONNX classifiers in ../shared/models, MNIST in ../shared/data/mnist, and a Python with the packages that
// bench/peers/attacks.py names: PYTHON=<path>. --ours leaves the peers out. Figures are kept in bench/attack-strength.json.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { optionsOf } from '../dist/attacks/attack.js'
import { runEnsemble, standardMembers } from '../dist/attacks/ensemble.js'
import { openOracle } from '../dist/attacks/oracle.js'
import { attackNamed } from '../dist/attacks/registry.js'
import { openClassifier } from '../dist/classifiers/open-classifier.js'
import { nodeEngine } from '../dist/node.js'

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    runs: { type: 'string' },
    ours: { type: 'boolean' },
    out: { type: 'string' },
  },
})
const shared = (path) => fileURLToPath(new URL(`../../shared/${path}`, import.meta.url))
const MODELS = { pgd: { linf: 0.3 }, natural: { l2: 1, linf: 0.1 }, noise050: { l2: 2 } }
const LARGEST = 1000

/**
 * Ours by the name of the peer's run, and on how many images. `minimal`: the distance is what counts, and `left` is the share that
 * is farther than eps.
 */
const RUNS = {
  fgsm: { attack: 'fgsm', count: 1000, norms: ['linf'] },
  pgd: { attack: 'pgd', count: 1000 },
  'apgd-ce': { attack: 'apgd', options: { loss: 'ce' }, count: 500 },
  'apgd-dlr': { attack: 'apgd', options: { loss: 'dlr' }, count: 500 },
  'apgd-t': { attack: 'apgd', options: { loss: 'targeted-dlr' }, count: 100 },
  ensemble: { count: 300 },
  'fab-minimal': { attack: 'fab', count: 60, minimal: true },
  'carlini-wagner': {
    attack: 'carlini-wagner',
    options: { steps: 500 },
    peer: { steps: 500 },
    count: 60,
    minimal: true,
    norms: ['l2'],
  },
  deepfool: { attack: 'deepfool', count: 200, minimal: true },
}

const idx = (name, header) => gunzipSync(readFileSync(shared(`data/mnist/${name}.gz`))).subarray(header)
const pixels = Float32Array.from(idx('t10k-images-idx3-ubyte', 16).subarray(0, LARGEST * 784), (x) =>
  Math.fround(x / 255),
)
const labels = Int32Array.from(idx('t10k-labels-idx1-ubyte', 8).subarray(0, LARGEST))

const median = (sorted) => (sorted.length === 0 ? null : sorted[(sorted.length - 1) >> 1])
const distance = (norm, at, images) => {
  let found = 0
  for (let i = 0; i < 784; i++) {
    const apart = Math.abs(images[at * 784 + i] - pixels[at * 784 + i])
    found = norm === 'linf' ? Math.max(found, apart) : found + apart * apart
  }
  return norm === 'linf' ? found : Math.sqrt(found)
}

async function ours(engine, classifier, name, norm, eps) {
  const { attack, options, count, minimal = false } = RUNS[name]
  const oracle = openOracle(engine, classifier, { knowledge: 'gradient', batch: 100 })
  const input = {
    images: pixels.subarray(0, count * 784),
    labels: labels.subarray(0, count),
    ids: Int32Array.from({ length: count }, (_, i) => i),
    threat: { norm, eps: minimal ? 0 : eps },
    seed: 0,
  }
  const started = performance.now()
  const result = attack
    ? await attackNamed(attack).run(oracle, input, optionsOf(attackNamed(attack), options))
    : await runEnsemble(oracle, input, standardMembers(classifier.classes))
  const seconds = (performance.now() - started) / 1000
  // The classifier itself has the last word, also on what lies beyond eps.
  const named = await oracle.labels(result.images, input.ids)
  await oracle.close()
  const wrong = [...input.ids].filter((i) => named[i] !== labels[i])
  const distances = wrong.map((i) => distance(norm, i, result.images)).sort((a, b) => a - b)
  return {
    name,
    norm,
    eps,
    count,
    left:
      1 -
      (minimal ? distances.filter((d) => d <= eps).length : result.found.reduce((sum, x) => sum + x, 0)) /
        count,
    medianDistance: median(distances),
    seconds: Number(seconds.toFixed(1)),
    ...(result.by && {
      by: result.members.map(({ title, tried, left }) => ({ title, tried: tried.length, left })),
    }),
  }
}

function theirs(model, runs) {
  const folder = mkdtempSync(join(tmpdir(), 'attack-strength-'))
  try {
    writeFileSync(join(folder, 'images'), new Uint8Array(pixels.buffer))
    writeFileSync(join(folder, 'labels'), new Uint8Array(labels.buffer))
    const job = {
      model: shared(`models/${model}.onnx`),
      images: join(folder, 'images'),
      labels: join(folder, 'labels'),
      count: LARGEST,
      height: 28,
      width: 28,
      channels: 1,
      runs: runs.map(({ name, norm, eps }) => ({
        name,
        norm,
        eps,
        count: RUNS[name].count,
        options: RUNS[name].peer ?? {},
      })),
    }
    writeFileSync(join(folder, 'job.json'), JSON.stringify(job))
    const script = fileURLToPath(new URL('peers/attacks.py', import.meta.url))
    execFileSync(
      process.env.PYTHON ?? 'python3',
      [script, join(folder, 'job.json'), join(folder, 'out.json')],
      {
        stdio: ['ignore', 'inherit', 'inherit'],
      },
    )
    return JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const chosen = (given, all) => (given ? given.split(',') : Object.keys(all))
const engine = await nodeEngine({ threads: 1 })
// What another call of this script has found stays.
const before =
  flags.out && existsSync(flags.out) ? JSON.parse(readFileSync(flags.out, 'utf8')) : { models: {} }
const models = { ...before.models }
let versions = { ...before.versions, engine: engine.name }
for (const model of chosen(flags.only, MODELS)) {
  const classifier = openClassifier(readFileSync(shared(`models/${model}.onnx`)))
  const runs = chosen(flags.runs, RUNS).flatMap((name) =>
    Object.entries(MODELS[model])
      .filter(([norm]) => RUNS[name].norms?.includes(norm) ?? true)
      .map(([norm, eps]) => ({ name, norm, eps })),
  )
  const rows = []
  for (const { name, norm, eps } of runs) {
    const row = await ours(engine, classifier, name, norm, eps)
    console.error(model, JSON.stringify(row))
    rows.push({ ...row, theirs: undefined })
  }
  if (!flags.ours) {
    const answer = theirs(model, runs)
    versions = { ...versions, ...answer.versions }
    answer.results.forEach(({ left, medianDistance, seconds }, i) => {
      rows[i].theirs = { left, medianDistance, seconds }
    })
  }
  const kept = (models[model] ?? []).filter(
    (old) => !rows.some(({ name, norm }) => old.name === name && old.norm === norm),
  )
  models[model] = [...kept, ...rows]
  // After each model: it takes long.
  const rounded = (_, x) => (typeof x === 'number' ? Number(x.toPrecision(5)) : x)
  const text = `${JSON.stringify({ images: 'the first of the MNIST test set', versions, models }, rounded, 2)}\n`
  if (flags.out) writeFileSync(flags.out, text)
  else console.log(text)
}
await engine.close()
