// Trains the healthy and the lost runs that the alarms are held against (lib/alarm-table.mjs) and writes what alarms see of
// each: means of the log over 50 steps and the variety of the samples.
// Usage: node scripts/alarm-runs.mjs --out <folder> [--only <name,name>] [--data-dir <folder with MNIST's files>]
//        node scripts/alarm-runs.mjs --out <folder> --pack    writes test/training/alarms/*.json from that folder
//        node scripts/alarm-runs.mjs --table    what the alarms say of each of those, as in docs/reliability.md
// One thread; all together take about an hour of a core.
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { labelledPart } from '../dist/data/labelled-part.js'
import { unlabelledBeside } from '../dist/data/unlabelled.js'
import { adam, imageExamples, modelNamed, randomStream, samples, train } from '../dist/index.js'
import { loadData, nodeEngine } from '../dist/node.js'
import { offeredBy } from '../dist/objectives/offer.js'
import { realDeviation, sampleDeviation } from '../dist/training/sample-variety.js'
import { SHEET_COUNT, sheetPlan } from '../dist/training/watchers/samples.js'
import { RUNS } from './lib/alarm-table.mjs'

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    only: { type: 'string' },
    'data-dir': { type: 'string' },
    pack: { type: 'boolean', default: false },
    table: { type: 'boolean', default: false },
  },
})
if (!values.out && !values.table)
  throw new Error('--out is missing: the folder for the trainings, such as --out /tmp/alarms')
const fileOf = (name) => join(values.out, `${name}.json`)

/** The objective of a run, with other rates and other numbers of updates for some networks. */
function objectiveOf({ model: name, options = {}, players = {}, steps }, columns, classes) {
  const model = modelNamed(name)
  const objective = model.objective(model.options.parse(options), { columns, classes, steps })
  const phases = objective.phases.map((phase) => {
    const { learningRate, repeats } = players[phase.updates?.[0]] ?? {}
    return {
      ...phase,
      ...(learningRate ? { optimizer: adam({ learningRate, beta1: 0.5 }) } : {}),
      ...(repeats ? { repeats } : {}),
    }
  })
  return { ...objective, phases }
}

async function sourceOf({ model: name, options = {}, data, imageSize, shuffled, labels: few, seed }) {
  const { train: set } = await loadData(data, {
    ...(data === 'digits' ? { options: { count: 20_000 } } : {}),
    ...(data === 'mnist' && values['data-dir'] ? { dataDir: values['data-dir'] } : {}),
    ...(imageSize ? { imageSize: { height: imageSize, width: imageSize } } : {}),
  })
  const source = imageExamples(set)
  const classes = set.classes?.length
  const model = modelNamed(name)
  const each = model.unlabelled?.(model.options.parse(options))
  if (each !== undefined) {
    const part = imageExamples(await labelledPart(set, { labels: few, draw: seed }))
    return { source: unlabelledBeside(part, source, each), real: source, classes }
  }
  if (!shuffled) return { source, classes }
  const random = randomStream(seed, 'labels')
  const labels = Array.from({ length: set.count }, () => Math.floor(classes * random.uniform()))
  const fill = (column, indices, out) => {
    if (column !== 'labels') source.fill(column, indices, out)
    else for (let i = 0; i < indices.length; i++) out[i] = BigInt(labels[indices[i]])
  }
  return { source: { ...source, fill }, classes }
}

async function trainOne(name, engine) {
  const run = RUNS[name]
  const { source, real = source, classes } = await sourceOf(run)
  const generate = offeredBy(objectiveOf(run, source.columns, classes), 'generate')
  const like = generate ? sheetPlan(generate) : { count: SHEET_COUNT }
  const ofClass = like.columns !== undefined
  const found = { name, run, real: realDeviation(real, 'images', like), ofClass, rows: [], samples: [] }
  const stretches = run.later
    ? [
        { ...run, steps: run.later.step },
        { ...run, ...run.later },
      ]
    : [run]
  const save = async (file) => {
    await writeFile(`${file}.tmp`, JSON.stringify(found))
    await rename(`${file}.tmp`, file)
  }
  let from
  let saved = performance.now()
  try {
    for (const stretch of stretches) {
      const objective = objectiveOf({ ...stretch, steps: run.steps }, source.columns, classes)
      const { batchSize, seed, sampleEvery = 100 } = run
      const options = {
        objective,
        source,
        engine,
        batchSize,
        seed,
        steps: stretch.steps,
        watchers: [samples({ every: sampleEvery })],
      }
      for await (const event of train({ ...options, ...(from ? { from, history: found.rows } : {}) })) {
        if (event.type === 'steps') found.rows.push(...event.rows)
        if (event.type === 'samples' && event.latents === 'fresh')
          found.samples.push([event.step, sampleDeviation(event.values, event)])
        if (event.type === 'end') from = event.state
        if (performance.now() - saved < 20_000) continue
        saved = performance.now()
        await save(`${fileOf(name)}.part`)
      }
    }
  } catch (error) {
    if (error.name !== 'DivergedError') throw error
    found.diverged = { step: error.step, message: error.message }
  }
  await save(fileOf(name))
  return found
}

const names = values.only ? values.only.split(',') : Object.keys(RUNS)
if (values.table) {
  const { alarmTable } = await import('./lib/alarm-pack.mjs')
  console.log(await alarmTable())
} else if (values.pack) {
  const { packRuns } = await import('./lib/alarm-pack.mjs')
  const found = names.filter((name) => existsSync(fileOf(name)))
  await packRuns(
    await Promise.all(found.map(async (name) => JSON.parse(await readFile(fileOf(name), 'utf8')))),
  )
} else {
  await mkdir(values.out, { recursive: true })
  const engine = await nodeEngine({ threads: 1 })
  for (const name of names) {
    if (existsSync(fileOf(name))) continue
    const started = performance.now()
    const { rows, diverged } = await trainOne(name, engine)
    const seconds = ((performance.now() - started) / 1000).toFixed(0)
    console.log(`${name}: ${rows.length} steps in ${seconds} s${diverged ? `; ${diverged.message}` : ''}`)
  }
  await engine.close()
}
