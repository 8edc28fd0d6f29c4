// Holds the alarm of left-out modes against trainings on the ring or the grid: how many modes fresh samples reach, look by look, what the alarm
// says, and what is measured at the end.
// Usage: node scripts/mode-alarms.mjs [--data ring] [--seeds 101,102,103] [--steps 5000] [--every 250] [--objective minimax,r3gan] [--rate 0.001]
// One thread. A line of JSON for each training; --rate is that of all objectives but r3gan, which keeps its own.
import { parseArgs } from 'node:util'
import { namedColumns } from '../dist/data/node/index.js'
import { modelNamed, samples, train } from '../dist/index.js'
import { modeCoverage } from '../dist/metrics/index.js'
import { settledOptions } from '../dist/models/model.js'
import { nodeEngine } from '../dist/node.js'
import { modesReached } from '../dist/watches/index.js'

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: 'ring' },
    seeds: { type: 'string', default: '101,102,103' },
    steps: { type: 'string', default: '5000' },
    every: { type: 'string', default: '250' },
    objective: { type: 'string', default: 'minimax,r3gan' },
    rate: { type: 'string' },
  },
})
const steps = Number(values.steps)
const model = modelNamed('mlp-points')
const { train: points, modes } = await namedColumns[values.data].load({ options: {} })
const engine = await nodeEngine({ threads: 1 })

async function trainOne(objective, seed) {
  const own = values.rate && objective !== 'r3gan' ? { learningRate: Number(values.rate) } : {}
  const options = settledOptions(model, model.options.parse({ objective, ...own }))
  const reached = []
  const watched = {
    ...modes,
    /** What the watcher asks for, noted. */
    async name(drawn, classify) {
      const named = await modes.name(drawn, classify)
      reached.push(modesReached(named.modes, modes.count).reached)
      last = modeCoverage(named.modes, named.good, modes).map(({ value }) => value)
      return named
    },
  }
  let last
  const notices = []
  for await (const event of train({
    objective: model.objective(options, { columns: points.columns, steps }),
    source: points,
    engine,
    batchSize: 256,
    seed,
    steps,
    watchers: [samples({ every: Number(values.every), real: points, modes: watched })],
  }))
    if (event.type === 'notice' && event.notice.kind === 'samples-collapsed')
      notices.push(`${event.notice.step} ${event.notice.severity}`)
  const [covered, highQuality, kl] = last
  console.log(
    JSON.stringify({
      data: values.data,
      objective,
      ...own,
      seed,
      steps,
      reached,
      notices,
      covered,
      highQuality,
      kl,
    }),
  )
}

for (const objective of values.objective.split(','))
  for (const seed of values.seeds.split(',')) await trainOne(objective, Number(seed))
await engine.close()
