// Our step program: the trainer itself on random images, feeds and all, as `sparring train` runs it.
import { availableParallelism } from 'node:os'
import { train } from '../dist/index.js'
import { nodeEngine } from '../dist/node.js'
import { reportBestOf } from './best-of.mjs'
import { randomExamples, threadsFor, timedModel } from './our-models.mjs'
import { MODELS } from './programs.mjs'

/** Steps before the clock starts: the trainer finds out how many steps to make per call. */
const WARM_UP = 64
/** A slow step is warm after so many seconds, and is timed for no longer. */
const SECONDS = 10

/** How many threads the process that times one setting is to use. */
const THREADS = 'SPARRING_BENCH_THREADS'

async function measure(name, steps) {
  const { objective, columns, batchSize, source = randomExamples(columns) } = timedModel(name)
  const engine = await nodeEngine({ threads: Number(process.env[THREADS]) })
  const startedAt = performance.now()
  let warmAt
  let warmSteps = 0
  let last
  for await (const event of train({
    objective,
    source,
    engine,
    batchSize,
    seed: 1,
    steps: WARM_UP + steps,
  })) {
    if (event.type !== 'steps') continue
    last = { at: performance.now(), steps: event.step + 1 }
    const seconds = (last.at - (warmAt ?? startedAt)) / 1000
    if (warmAt !== undefined) {
      if (seconds >= SECONDS || last.steps - warmSteps >= steps) break
    } else if (last.steps >= WARM_UP || seconds >= SECONDS) {
      warmAt = last.at
      warmSteps = last.steps
    }
  }
  await engine.close()
  const timed = last.steps - warmSteps
  if (timed < 1) throw new Error(`${steps} steps fit into one call; ask for more with --steps`)
  return {
    ms: (last.at - warmAt) / timed,
    settings: { runtime: engine.name, batchSize, timed, warmUp: warmSteps },
  }
}

const threads = threadsFor(process.argv[2], availableParallelism())
await reportBestOf({
  peer: 'sparring',
  program: import.meta.url,
  models: MODELS,
  settings: Object.fromEntries(threads.map((count) => [`${count} threads`, { [THREADS]: String(count) }])),
  measure,
})
