// Where the time of a training step goes, by kind of work, as ONNX Runtime's profiler sees it, and how long its feeds take.
//
// usage: node scripts/step-profile.mjs [model] [--steps 6] [--batch-size <n>] [--direct] [--each] [--json]
//
// `--direct` leaves convolutions as they are; `--each` lists operators by shape instead of kinds.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { stepProgram } from '../bench/step-program.mjs'
import { median } from '../bench/summary.mjs'
import { sessionOptions } from '../dist/runtime/node-options.js'
import * as ort from '../dist/runtime/node-ort.js'
import { stepModel } from '../dist/runtime/onnx-target.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    steps: { type: 'string', default: '6' },
    'batch-size': { type: 'string' },
    direct: { type: 'boolean', default: false },
    each: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const [name = 'dcgan'] = positionals
const steps = Number(values.steps)
const { compiled, lowering, step, initial, prepare } = stepProgram(name, {
  batchSize: values['batch-size'] && Number(values['batch-size']),
  lowering: values.direct ? { chooseForms: () => undefined } : {},
})

const folder = await mkdtemp(join(tmpdir(), 'sparring-profile-'))
const session = await ort.InferenceSession.create(stepModel(compiled, { lowering }), {
  ...sessionOptions({ program: true }),
  enableProfiling: true,
  profileFilePrefix: join(folder, 'step'),
})
/** What ONNX Runtime calls the type of an array of feeds. */
const TYPES = { Uint8Array: 'uint8', Int32Array: 'int32', BigInt64Array: 'int64', Float32Array: 'float32' }
const typeOf = (data) => TYPES[data.constructor.name]
const start = initial()
const tensors = Object.fromEntries(
  step.state.map((entry) => [entry.name, new ort.Tensor('float32', start[entry.name], entry.shape)]),
)
for (const [feed, { data, shape }] of Object.entries(prepare(0, steps)))
  tensors[feed] = new ort.Tensor(typeOf(data), data, shape)
for (let i = 0; i < 3; i++) await session.run(tensors)
session.endProfiling()
await session.release()
const [file] = await readdir(folder)
const events = JSON.parse(await readFile(join(folder, file), 'utf8'))
await rm(folder, { recursive: true })

const shapesOf = (list) => (list ?? []).map((one) => Object.values(one)[0])
/** A product with one small matrix on the left transforms; with a batch of matrices it is the convolution itself. */
function kindOf({ op_name: op, input_type_shape: given, output_type_shape: made }) {
  const [a, b] = shapesOf(given)
  const small = (shape) => shape && shape.length === 2 && Math.max(...shape) <= 64
  if (/^(Fused)?(MatMul|Gemm)/.test(op)) {
    if (a?.length === 5) return 'products of convolutions'
    if (small(a) && (b?.length === 3 || b?.at(-1) >= 4096)) return 'transforms of convolutions'
    if (a?.[0] === 1) return 'sums over the batch'
    return 'products of dense layers and columns'
  }
  if (/^Conv/.test(op)) return 'direct convolutions'
  if (/^(Transpose|Gather|Concat|Split)$/.test(op)) return 'moving: transposes, gathers'
  if (op === 'DequantizeLinear') return 'dropout masks'
  const size = (shapesOf(made)[0] ?? []).reduce((product, length) => product * length, 1)
  const weights = new Set(step.state.map(({ shape }) => shape.join()))
  if (weights.has((shapesOf(made)[0] ?? []).join()) && size > 1000) return 'optimizer'
  return 'elementwise on images'
}

const last = events.filter((event) => event.name === 'model_run').reduce((a, b) => (a.ts > b.ts ? a : b))
const sums = new Map()
for (const event of events) {
  if (
    event.cat !== 'Node' ||
    !event.name.endsWith('_kernel_time') ||
    event.ts < last.ts ||
    event.args.op_name === 'Scan'
  )
    continue
  const { op_name: op, input_type_shape: given } = event.args
  const key = values.each
    ? `${op} ${shapesOf(given)
        .map((shape) => shape.join('x'))
        .join(' , ')}`
    : kindOf(event.args)
  const sum = sums.get(key) ?? { ms: 0, operators: 0 }
  sums.set(key, { ms: sum.ms + event.dur / 1e3 / steps, operators: sum.operators + 1 / steps })
}
/** What the main thread does meanwhile: milliseconds to make the feeds of a step. */
function feedTime() {
  let used = prepare(0, steps)
  const times = Array.from({ length: 30 }, (_, i) => {
    const before = performance.now()
    used = prepare(i * steps, steps, used)
    return (performance.now() - before) / steps
  })
  return median(times.slice(10))
}
const feeds = feedTime()

const rows = [...sums].sort(([, a], [, b]) => b.ms - a.ms)
const total = rows.reduce((sum, [, { ms }]) => sum + ms, 0)
if (values.json) console.log(JSON.stringify({ model: name, total, feeds, kinds: Object.fromEntries(rows) }))
else {
  console.log(`${name}, one step with profiling: ${total.toFixed(1)} ms in operators\n`)
  for (const [key, { ms, operators }] of rows)
    console.log(
      `${ms.toFixed(2).padStart(8)} ms ${((100 * ms) / total).toFixed(0).padStart(3)}%  ${operators.toFixed(0).padStart(4)} operators  ${key}`,
    )
  console.log(`\nmeanwhile the main thread makes the feeds of a step in ${feeds.toFixed(2)} ms`)
}
