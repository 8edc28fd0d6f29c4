// Holds two checkouts of this project against each other: the same trainings byte by byte, or with --speed how fast they are.
//
// usage: node scripts/compare-checkouts.mjs <before> <after> [options]
//
// Both are built (`npm ci`, `npm run build` in each). Every training is made by each checkout's own command. What must be the
// same: the logs of numbers and events, sheets of samples, tensors of every checkpoint, and what `sparring sample` draws from
// the finished run. Other files may differ, as names in an ONNX file or the metadata of a checkpoint do, and are told.
//
//   --models <a,b>     default: all that are in its table
//   --data <a,b>       digits, or folders of IDX files such as a folder of MNIST; default digits
//   --count <n>        how many digits are drawn; default 500, with --speed 2000
//   --steps <n>        default 24, of dcgan-64 4; with --speed by the model
//   --evaluate         evaluates the samples midway as well (trains the classifier of each data set once per checkout)
//   --keep             keeps the run folders
//   --speed            milliseconds per step instead, in turns, and what sampling, validating and evaluating cost meanwhile
//   --rounds <n>       of --speed; default 5
//   --looks <a,b>      of --speed: sample, validate, evaluate; default sample,validate; none for steps alone
//
// Exit codes: 0 the same, or measured; 1 something differs or could not be made; 2 wrong usage.
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { CheckoutError, train, whole } from './lib/checkouts.mjs'
import { COLUMNS, cellsOf, compareRuns } from './lib/compare-runs.mjs'
import { measureSpeed } from './lib/compare-speed.mjs'

/** Steps that show everything once, and steps of a measurement of some ten seconds. */
const MODELS = {
  'mlp-gan': { steps: 24, timed: 241 },
  dcgan: { steps: 24, timed: 61 },
  'dcgan-64': { steps: 4, timed: 9 },
  vae: { steps: 24, timed: 241 },
  'vae-shallow': { steps: 24, timed: 241 },
  'vae-conv': { steps: 24, timed: 61 },
  'conditional-gan': { steps: 24, timed: 241 },
  'conditional-dcgan': { steps: 24, timed: 61 },
  classifier: { steps: 24, timed: 121 },
}
const LOOKS = ['sample', 'validate', 'evaluate']

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      models: { type: 'string', default: Object.keys(MODELS).join(',') },
      data: { type: 'string', default: 'digits' },
      count: { type: 'string' },
      steps: { type: 'string' },
      evaluate: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      speed: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '5' },
      looks: { type: 'string', default: 'sample,validate' },
    },
  })
  if (positionals.length !== 2)
    throw new TypeError(`expected the folders of two checkouts, got ${positionals.length}`)
  const list = (text, known, what) => {
    const given = text.split(',').filter(Boolean)
    const strange = given.find((name) => !known.includes(name))
    if (strange) throw new TypeError(`unknown ${what} "${strange}"; there are ${known.join(', ')}`)
    return given
  }
  for (const folder of positionals)
    for (const file of ['bin/sparring.js', 'dist/index.js'])
      if (!existsSync(join(folder, file)))
        throw new TypeError(
          `${join(folder, file)} is missing: give folders of checkouts, and run npm ci and npm run build in each`,
        )
  for (const name of ['count', 'steps', 'rounds'])
    if (values[name] !== undefined && !/^[1-9]\d*$/.test(values[name]))
      throw new TypeError(`--${name} must be a whole number of 1 or more, got ${values[name]}`)
  const whichData = (name) => {
    if (name === 'digits')
      return { name, flags: ['--data', name, '--count', values.count ?? (values.speed ? '2000' : '500')] }
    if (!existsSync(name)) throw new TypeError(`--data ${name}: there is no such folder`)
    return { name: basename(resolve(name)), flags: ['--data', resolve(name)] }
  }
  return {
    ...values,
    checkouts: positionals.map((folder) => resolve(folder)),
    models: list(values.models, Object.keys(MODELS), 'model'),
    data: values.data.split(',').map(whichData),
    looks: values.looks === 'none' ? [] : list(values.looks, LOOKS, 'look'),
    stepsOf: (model) => Number(values.steps ?? MODELS[model][values.speed ? 'timed' : 'steps']),
  }
}

/** Trains everything in both checkouts, compares, and prints a row for each as soon as it is known; true when all is well. */
async function compareAll({ checkouts, models, data, stepsOf, evaluate, keep }, place) {
  const details = []
  const widths = [12, 10, ...COLUMNS.map(({ width }) => width)]
  const show = (cells) =>
    console.log(
      cells
        .map((cell, i) => cell.padEnd(widths[i]))
        .join('  ')
        .trimEnd(),
    )
  show(['model', 'data', ...COLUMNS.map(({ title }) => title)])
  for (const model of models)
    for (const { name, flags } of data) {
      const steps = stepsOf(model)
      const middle = String(Math.max(1, Math.floor(steps / 2)))
      const settings = [
        ...['--steps', String(steps), '--sample-every', middle, '--validate-every', middle],
        ...['--checkpoint-every', middle, '--evaluate-every', evaluate ? middle : '0'],
      ]
      try {
        const folders = []
        for (const [i, checkout] of checkouts.entries()) {
          const folder = join(place, `${model}-${name}-${'ab'[i]}`)
          await train(checkout, [model, ...flags, ...settings], { folder, cache: join(place, `cache-${i}`) })
          if (existsSync(join(folder, 'samples')))
            await whole(checkout, ['sample', folder, '--count', '9', '--out', join(folder, 'asked.png')])
          folders.push(folder)
        }
        const verdicts = await compareRuns(folders[0], folders[1])
        show([model, name, ...cellsOf(verdicts)])
        const told = verdicts.filter(({ same }) => !same)
        for (const verdict of told) details.push({ ...verdict, where: `${model} on ${name}` })
        if (!keep && !told.some(({ must }) => must))
          for (const folder of folders) await rm(folder, { recursive: true })
      } catch (error) {
        if (!(error instanceof CheckoutError)) throw error
        show([model, name, 'FAILED'])
        details.push({ where: `${model} on ${name}`, what: 'training', must: true, detail: error.message })
      }
    }
  const bad = details.filter(({ must }) => must)
  const lines = (list) => list.map(({ where, what, detail }) => `  ${where}: ${what}: ${detail}`).join('\n')
  const free = details.filter(({ must }) => !must)
  if (free.length > 0) console.log(`\ndiffers, and may:\n${lines(free)}`)
  if (bad.length > 0) console.log(`\ndiffers, and must not:\n${lines(bad)}\nthe runs are kept in ${place}`)
  else console.log('\neverything that must be the same is the same')
  return bad.length === 0
}

let options
try {
  options = readOptions()
} catch (error) {
  console.error(
    `${error.message}\nusage: node scripts/compare-checkouts.mjs <before> <after> [--models a,b] [--data digits,<folder>] [--speed]`,
  )
  process.exit(2)
}
const place = await mkdtemp(join(tmpdir(), 'sparring-checkouts-'))
let good = false
try {
  good = await (options.speed ? measureSpeed : compareAll)(options, place)
} catch (error) {
  if (!(error instanceof CheckoutError)) throw error
  console.error(error.message)
} finally {
  if (good && !options.keep) await rm(place, { recursive: true, force: true })
}
process.exitCode = good ? 0 : 1
