// Writes the trainings of alarm-runs.mjs into the repository, as little of each as the alarms see.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { imageFacts, logDetector, modelNamed, sampleDetector } from '../../dist/index.js'
import { LOOK } from '../../dist/watches/watch.js'
import { RUNS } from './alarm-table.mjs'

const FOLDER = new URL('../../test/training/alarms/', import.meta.url)
const short = (value) => Number(value.toPrecision(7))

/** An objective of the run's model, for what it declares. */
const objectiveOf = ({ model: name, options = {} }, shape = [32, 32, 1]) => {
  const model = modelNamed(name)
  return model.objective(model.options.parse(options), imageFacts(shape, { classes: 10, steps: 1000 }))
}

/** Means between two looks, by metric, of the metrics that alarms look at. */
function means(rows, names) {
  const columns = Object.fromEntries(names.map((name) => [name, []]))
  for (let first = 0; ; ) {
    const last = first === 0 ? LOOK : first + LOOK - 1
    if (last >= rows.length) return columns
    const part = rows.slice(first, last + 1)
    for (const name of names)
      columns[name].push(short(part.reduce((sum, row) => sum + row[name], 0) / part.length))
    first = last + 1
  }
}

/** The log that has these means: each number as often as there are steps between two looks; empty where no alarm reads it. */
export const rowsOf = (columns) =>
  (Object.values(columns)[0] ?? []).flatMap((_, part) =>
    Array.from({ length: part === 0 ? LOOK + 1 : LOOK }, (_, i) => ({
      step: part === 0 ? i : part * LOOK + 1 + i,
      ...Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[part]])),
    })),
  )

const noticesOf = (objective, rows, { real, ofClass, samples }) => {
  const [log, sheets] = [logDetector(objective), sampleDetector(objective)]
  const told = [
    ...rows.flatMap(log),
    ...samples.flatMap(([step, fresh]) => sheets(step, { fresh, real, ofClass })),
  ]
  return told.map(({ step, kind, severity }) => [step, kind, severity])
}

/** @throws when what was kept of a run is not enough to raise the same alarms */
export async function packRuns(found) {
  await mkdir(FOLDER, { recursive: true })
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
  for (const model of new Set(found.map(({ name }) => RUNS[name].model))) {
    const entries = found.filter(({ name }) => RUNS[name].model === model)
    const packed = entries.map(({ name, real, ofClass, rows, samples, diverged }) => {
      const run = RUNS[name]
      const objective = objectiveOf(run)
      const names = [...new Set(objective.watches.flatMap(({ metrics = [] }) => metrics))]
      const kept = {
        real: short(real),
        ...(ofClass ? { ofClass } : {}),
        samples: samples.map(([step, deviation]) => [step, short(deviation)]),
      }
      const columns = means(rows, names)
      const [all, less] = [
        noticesOf(objective, rows, { real, ofClass, samples }),
        noticesOf(objective, rowsOf(columns), kept),
      ]
      if (JSON.stringify(all) !== JSON.stringify(less))
        throw new Error(
          `${name}: ${JSON.stringify(all)} from all steps, ${JSON.stringify(less)} from their means`,
        )
      const { lost, ...rest } = run
      const command = `node scripts/alarm-runs.mjs --out <folder> --only ${name}`
      const way = { command, version, run: rest, steps: rows.length, ...(lost ? { lost } : {}) }
      console.log(
        name.padEnd(32),
        lost ? 'lost   ' : 'healthy',
        all.map((told) => told.join(' ')).join(', ') || '-',
        diverged ? `diverged ${diverged.step}` : '',
      )
      return { name, ...way, ...(diverged ? { diverged: diverged.step } : {}), means: columns, ...kept }
    })
    const lines = packed.map((entry) => JSON.stringify(entry)).join(',\n')
    await writeFile(new URL(`${model}.json`, FOLDER), `[\n${lines}\n]\n`)
  }
}

/** What the alarms say of each packed run, as rows of a Markdown table. */
export async function alarmTable() {
  const files = (await readdir(FOLDER)).sort()
  const runs = await Promise.all(
    files.map(async (file) => JSON.parse(await readFile(new URL(file, FOLDER), 'utf8'))),
  )
  const count = (value) => value.toLocaleString('en-US')
  const row = ({ name, run, steps, lost, diverged, means, real, ofClass, samples }) => {
    const told = noticesOf(objectiveOf(run), rowsOf(means), { real, ofClass, samples }).sort(
      ([a], [b]) => a - b,
    )
    const said = told.map(
      ([step, kind, severity]) => `${severity === 'info' ? 'over: ' : ''}${kind}, ${count(step)}`,
    )
    const end = Object.entries(means).map(([metric, values]) => `${metric} ${values.at(-1)?.toPrecision(3)}`)
    const variety = samples.length > 0 ? [`variety ${(samples.at(-1)[1] / real).toFixed(2)}`] : []
    const stopped = diverged === undefined ? [] : [`not finite at step ${diverged}: stopped`]
    const parts = [
      name,
      lost ? lost.by : run.disturbed ? `${run.disturbed}, and recovers` : 'healthy',
      `${run.batchSize}`,
      count(steps),
    ]
    return `| ${[...parts, [...said, ...stopped].join('; ') || 'nothing', diverged === undefined ? [...end, ...variety].join(', ') : ''].join(' | ')} |`
  }
  const all = runs.flat()
  const sorted = [...all.filter(({ lost }) => !lost), ...all.filter(({ lost }) => lost)]
  return [
    '| run | what was done | batch | steps | alarms, at step | at its end |',
    '|---|---|---|---|---|---|',
    ...sorted.map(row),
  ].join('\n')
}
