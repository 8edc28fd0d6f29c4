// `npm run bench`: milliseconds per training step and peak memory, ours beside the peers', in one interleaved run.
import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { MODELS, ours, peers, programFromText } from '../bench/programs.mjs'
import { runProgram } from '../bench/run-program.mjs'
import { summarise } from '../bench/summary.mjs'
import { drawTable } from '../bench/table.mjs'

const usage = `usage: npm run bench -- [options]

Every round runs each program once, one after the other, in the same order: ours, then the peers. Each program is a
process of its own, warms up, tries its settings (threads) and counts its best; after the first round, of a program with many
settings only those within a tenth of its best. Ratios are peer / ours: above 1, ours is
faster. Peak memory is the largest resident set of one process.

  --model <name>            ${MODELS.join(', ')} (default mlp-gan);
                            with --against or --limits several, separated by commas
  --rounds <n>              default 3
  --steps <n>               timed per round and setting (default 30; a slow program stops after ten seconds)
  --peers <a,b>             which peers (default all: ${peers.map(({ name }) => name).join(', ')})
  --program <name>=<file>   another step program to compare with, run by Node; a known name replaces that program
  --peers-only              leave ours out
  --limits                  instead: how far our steps are from what the machine could do; of all models, or of --model
  --against <folder>        instead: our steps beside those of another checkout of ours (built), in turns; exit code 1 where one
                            is slower by more than 3% and for certain (95%). Five rounds and all models unless told
  --history <file>          append what --against found to this file, e.g. bench/history.jsonl
  --json                    the last line on standard output is the data as one JSON object
  --help

Exit codes: 0 measured (peers may be missing), 1 ours could not be measured or became slower, 2 wrong usage.`

class UsageError extends Error {}

async function limits({ models, json }) {
  // Needs what was built, unlike the rest.
  const { limitsTable, measureLimits } = await import('../bench/limits.mjs')
  const threads = availableParallelism()
  const found = await measureLimits(models, { threads, onModel: (name) => progress(`measuring ${name}`) })
  console.log(json ? JSON.stringify({ threads, ...found }) : limitsTable(found))
}

async function against({ against: before, models, rounds, steps, history, json, programs }) {
  if (rounds < 2) throw new UsageError('--against expects at least two --rounds, to tell a change from noise')
  const { againstLine, keepHistory, measureAgainst, mustNotPass } = await import('../bench/against.mjs')
  const after = programs.find(({ name }) => name === 'ours')?.command()
  const found = await measureAgainst(before, models, { rounds, steps, after, onRound: progress })
  const record = {
    at: new Date().toISOString(),
    before: revisionOf(before),
    after: revisionOf('.'),
    machine: machineHere(),
    steps,
    found,
  }
  if (history) await keepHistory(history, record)
  console.log(json ? JSON.stringify(record) : found.map(againstLine).join('\n'))
  if (mustNotPass(found)) process.exitCode = 1
}

/** The commit of a checkout, with a + where files were changed since. */
function revisionOf(folder) {
  const git = (...args) => execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8' }).trim()
  try {
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no') ? '+' : ''}`
  } catch {
    return 'unknown'
  }
}

const machineHere = () => ({
  processor: cpus()[0]?.model,
  cores: availableParallelism(),
  memoryBytes: totalmem(),
  platform: `${process.platform} ${process.arch}`,
  node: process.version,
  loadAverage: loadavg()[0],
})

async function main() {
  const options = readOptions()
  if (options.help) return console.log(usage)
  if (options.limits) return limits(options)
  if (options.against) return against(options)
  const { model, steps, rounds, programs } = options
  const measurements = programs.map(
    ({ name, title, command, howToInstall, takesSettings, options: extra = [] }) => {
      const found = command()
      const run =
        found &&
        (([first] = []) =>
          runProgram(found, [
            model,
            String(steps),
            ...extra,
            ...(takesSettings && first ? promising(first) : []),
          ]))
      return { name, title, run, rounds: [], ...(!found && { notInstalled: howToInstall }) }
    },
  )
  const us = measurements.find(({ name }) => name === 'ours')
  if (us?.notInstalled) return giveUp(`ours is not installed: ${us.notInstalled}`)

  const machine = machineHere()
  if (machine.loadAverage > machine.cores / 4) {
    progress(
      `the load average is ${machine.loadAverage.toFixed(1)}: something else runs here, so every time is too long`,
    )
  }
  for (let round = 1; round <= rounds; round++) {
    for (const one of measurements) {
      const failedBefore = one.rounds.some(({ error }) => error)
      if (!one.run || failedBefore) continue
      const result = await one.run(one.rounds)
      one.rounds.push({ round, ...result })
      progress(`round ${round} of ${rounds}, ${one.title}: ${describe(result)}`)
      if (one === us && result.error) return giveUp(`ours failed in round ${round}: ${result.error}`)
    }
  }
  const results = summarise(measurements)
  if (!options.json)
    console.log(`${model}, ${steps} steps, ${machine.cores} cores\n\n${drawTable(results, rounds)}`)
  else console.log(JSON.stringify({ model, steps, rounds, machine, results }))
}

function readOptions() {
  let values
  try {
    values = parseArgs({
      options: {
        model: { type: 'string' },
        rounds: { type: 'string' },
        against: { type: 'string' },
        history: { type: 'string' },
        steps: { type: 'string', default: '30' },
        peers: { type: 'string' },
        program: { type: 'string', multiple: true, default: [] },
        'peers-only': { type: 'boolean', default: false },
        limits: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
    const added = values.program.map(programFromText)
    const known = [ours, ...peers]
    const all = [
      ...known.map((one) => added.find(({ name }) => name === one.name) ?? one),
      ...added.filter(({ name }) => !known.some((one) => one.name === name)),
    ]
    const models = values.model?.split(',').map((name) => oneOf('--model', name, MODELS))
    if (models && models.length > 1 && !values.against && !values.limits)
      throw new UsageError('--model expects one model, several only with --against or --limits')
    return {
      model: models?.[0] ?? 'mlp-gan',
      models: models ?? MODELS,
      limits: values.limits,
      rounds: positiveInteger('--rounds', values.rounds ?? (values.against ? '5' : '3')),
      against: values.against,
      history: values.history,
      steps: positiveInteger('--steps', values.steps),
      programs: choose(all, values.peers, values['peers-only']),
      json: values.json,
      help: values.help,
    }
  } catch (error) {
    throw new UsageError(error.message)
  }
}

/** Ours first, then the peers in the order of the list. */
function choose(all, wanted, peersOnly) {
  const others = all.filter(({ name }) => name !== 'ours')
  const names = wanted === undefined ? undefined : wanted.split(',').filter(Boolean)
  for (const name of names ?? []) {
    oneOf(
      '--peers',
      name,
      others.map((one) => one.name),
    )
  }
  const chosen = names ? others.filter(({ name }) => names.includes(name)) : others
  const us = all.filter(({ name }) => name === 'ours')
  return peersOnly ? chosen : [...us, ...chosen]
}

function oneOf(flag, value, allowed) {
  if (!allowed.includes(value))
    throw new UsageError(`${flag} expects one of ${allowed.join(', ')}; got "${value}"`)
  return value
}

function positiveInteger(flag, text) {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1)
    throw new UsageError(`${flag} expects a whole number from 1, got "${text}"`)
  return value
}

/** Names of the settings that were within a tenth of the best. */
const promising = ({ report }) =>
  Object.entries(report?.msPerStep ?? {}).flatMap(([name, ms]) => (ms <= 1.1 * report.best ? [name] : []))

const describe = ({ report, error }) =>
  error ? `failed: ${error}` : `${report.best} ms${report.settings?.best ? ` (${report.settings.best})` : ''}`

/** Progress goes to standard error, so that standard output holds the result alone. */
function progress(line) {
  console.error(line)
}

function giveUp(message) {
  console.error(`bench: ${message}`)
  process.exitCode = 1
}

try {
  await main()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(`bench: ${error.message}\nnpm run bench -- --help lists the options`)
  process.exitCode = 2
}
