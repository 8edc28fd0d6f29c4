// Queries that our attacks without gradients take beside reference implementations, on the same models and images:
//   node bench/black-box-strength.mjs [--only square/natural/linf,...] [--count 300] [--ours] [--package art] [--out file.json]
// Needs `npm run build`, the ONNX classifiers of ../shared/models, MNIST in ../shared/data/mnist, and a Python with the packages
// that bench/peers/black-box.py names: PYTHON=<path>. --ours leaves the peers out; --package art holds HopSkipJump against
// another implementation, whose figures are kept beside those of the first. Figures are kept in
// bench/black-box-strength.json.
//
// Square and NES: how many queries it takes until a quarter, half, three quarters and nine tenths of the images fall that both break.
// HopSkipJump: the median distance of the nearest image found within so many queries.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { BLACK_BOX } from '../dist/attacks/black-box.js'
import { openOracle } from '../dist/attacks/oracle.js'
import { openClassifier } from '../dist/classifiers/open-classifier.js'
import { nodeEngine } from '../dist/node.js'

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    count: { type: 'string', default: '300' },
    ours: { type: 'boolean' },
    package: { type: 'string' },
    out: { type: 'string' },
  },
})
const shared = (path) => fileURLToPath(new URL(`../../shared/${path}`, import.meta.url))
const idx = (name, header) => gunzipSync(readFileSync(shared(`data/mnist/${name}.gz`))).subarray(header)
const SEED = 1
const BUDGETS = [1000, 2500, 5000]

/** `attack/model/norm`: the radius and what each may ask. */
const RUNS = {
  'square/natural/linf': { eps: 0.15, queries: 2000 },
  'square/noise050/linf': { eps: 0.25, queries: 2000 },
  'square/pgd/linf': { eps: 0.36, queries: 2000 },
  'square/natural/l2': { eps: 2, queries: 2000 },
  'square/noise050/l2': { eps: 3, queries: 2000 },
  'square/pgd/l2': { eps: 4, queries: 2000 },
  'nes/natural/linf': { eps: 0.2, queries: 10_000 },
  'nes/noise050/linf': { eps: 0.3, queries: 10_000 },
  'nes/pgd/linf': { eps: 0.36, queries: 10_000 },
  'hop-skip-jump/natural/l2': { budgets: BUDGETS, iterations: 19 },
  'hop-skip-jump/noise050/l2': { budgets: BUDGETS, iterations: 19 },
  'hop-skip-jump/pgd/l2': { budgets: BUDGETS, iterations: 19 },
  'hop-skip-jump/natural/linf': { budgets: BUDGETS, iterations: 19 },
  'hop-skip-jump/noise050/linf': { budgets: BUDGETS, iterations: 19 },
  'hop-skip-jump/pgd/linf': { budgets: BUDGETS, iterations: 19 },
}
const all = Number(flags.count)
const pixels = Float32Array.from(idx('t10k-images-idx3-ubyte', 16).subarray(0, all * 784), (x) => x / 255)
const labels = Int32Array.from(idx('t10k-labels-idx1-ubyte', 8).subarray(0, all))

const median = (numbers) => numbers.toSorted((a, b) => a - b)[(numbers.length - 1) >> 1] ?? null
/** Queries until a share of `n` images has fallen. */
const until = (queries, n, share) => queries.toSorted((a, b) => a - b)[Math.ceil(share * n) - 1] ?? null

async function ours(engine, attack, model, norm, run, images, truth) {
  const classifier = openClassifier(readFileSync(shared(`models/${model}.onnx`)))
  const definition = BLACK_BOX.find(({ name }) => name === attack)
  const once = async (options, eps) => {
    const oracle = openOracle(engine, classifier, { knowledge: 'scores', batch: 100 })
    const ids = Int32Array.from(truth.keys())
    const found = await definition.run(
      oracle,
      { images, labels: truth, ids, threat: { norm, eps }, seed: SEED },
      definition.options.parse(options),
    )
    await oracle.close()
    return found
  }
  if (run.budgets) {
    const distances = []
    for (const queries of run.budgets) {
      const { images: found } = await once({ queries }, Number.POSITIVE_INFINITY)
      distances.push(
        Array.from(truth.keys(), (i) => {
          let [most, sum] = [0, 0]
          for (let p = i * 784; p < (i + 1) * 784; p++) {
            const gap = Math.abs(found[p] - images[p])
            most = Math.max(most, gap)
            sum += gap * gap
          }
          return norm === 'linf' ? most : Math.sqrt(sum)
        }),
      )
    }
    return Array.from(truth.keys(), (i) => ({ distances: distances.map((each) => each[i]) }))
  }
  const { found, queries } = await once({ queries: run.queries, ...run.options }, run.eps)
  return Array.from(found, (is, i) => ({ found: is === 1, queries: queries[i] }))
}

function peers(folder, attack, model, norm, run, images, truth) {
  const file = join(folder, 'request.json')
  writeFileSync(join(folder, 'images'), images)
  writeFileSync(
    file,
    JSON.stringify({
      model: shared(`models/${model}.onnx`),
      images: join(folder, 'images'),
      labels: [...truth],
      attack,
      norm,
      seed: SEED,
      ...(flags.package ? { package: flags.package } : {}),
      ...run,
    }),
  )
  const script = fileURLToPath(new URL('peers/black-box.py', import.meta.url))
  const out = execFileSync(process.env.PYTHON ?? 'python3', [script, file], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  return JSON.parse(out.trim().split('\n').at(-1))
}

function summary(run, mine, theirs) {
  if (run.budgets)
    return run.budgets.map((queries, b) => ({
      queries,
      ours: median(mine.map(({ distances }) => distances[b])),
      ...(theirs ? { theirs: median(theirs.map(({ distances }) => distances[b] ?? Number.MAX_VALUE)) } : {}),
    }))
  const n = mine.length
  const fallen = (results) => results.filter(({ found }) => found).map(({ queries }) => queries)
  const [a, b] = [fallen(mine), theirs ? fallen(theirs) : fallen(mine)]
  const least = Math.min(a.length, b.length)
  const shares = [0.25, 0.5, 0.75, 0.9].map((share) => (share * least) / n)
  return {
    success: { ours: a.length / n, ...(theirs ? { theirs: b.length / n } : {}) },
    queriesUntil: shares.map((share) => ({
      share: Number(share.toFixed(3)),
      ours: until(a, n, share),
      ...(theirs ? { theirs: until(b, n, share) } : {}),
    })),
  }
}

const engine = await nodeEngine({ threads: 1 })
const folder = mkdtempSync(join(tmpdir(), 'black-box-'))
const kept = flags.out && existsSync(flags.out) ? JSON.parse(readFileSync(flags.out, 'utf8')) : {}
try {
  for (const [name, run] of Object.entries(RUNS)) {
    if (flags.only && !flags.only.split(',').some((part) => name.startsWith(part))) continue
    const [attack, model, norm] = name.split('/')
    const count = Math.min(all, run.budgets ? 60 : all)
    const images = pixels.slice(0, count * 784)
    const truth = labels.slice(0, count)
    const started = performance.now()
    const mine = await ours(engine, attack, model, norm, run, images, truth)
    const between = performance.now()
    const reply = flags.ours ? undefined : peers(folder, attack, model, norm, run, images, truth)
    const figures = {
      run,
      count,
      ...(run.budgets
        ? { medianDistance: summary(run, mine, reply?.results) }
        : summary(run, mine, reply?.results)),
      seconds: {
        ours: Math.round((between - started) / 1000),
        ...(reply ? { theirs: Math.round((performance.now() - between) / 1000) } : {}),
      },
    }
    writeSync(1, `${name} ${JSON.stringify(figures)}\n`)
    kept.versions = { ...kept.versions, runtime: engine.name, node: process.version, ...reply?.versions }
    kept.data = 'MNIST test, the first images'
    kept.runs = { ...kept.runs, [flags.package ? `${name}, beside ${flags.package}` : name]: figures }
    if (flags.out) writeFileSync(flags.out, `${JSON.stringify(kept, null, 2)}\n`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
  await engine.close()
}
