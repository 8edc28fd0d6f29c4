// Our step program: the trainer itself on random images, feeds and all, as `sparring train` runs it.
import { modelNamed, randomStream, train } from '../dist/index.js'
import { nodeEngine } from '../dist/node.js'
import { reportBestOf } from './best-of.mjs'
import { MODELS } from './programs.mjs'

/** Steps before the clock starts: the trainer finds out how many steps to make per call. */
const WARM_UP = 64
/** A slow step is warm after so many seconds, and is timed for no longer. */
const SECONDS = 10
/** Fewer of large images: 2 ** 25 numbers at most. */
const IMAGES = 8192

async function measure(name, steps) {
  const model = modelNamed(name)
  const { columns } = model.madeFor
  const size = columns.images.shape.reduce((product, length) => product * length, 1)
  const count = Math.min(IMAGES, Math.floor(2 ** 25 / size))
  const pixels = randomStream(1, 'bench').fillUniform(new Float32Array(count * size))
  const source = {
    count,
    columns,
    fill(column, indices, out) {
      for (let i = 0; i < indices.length; i++)
        if (column === 'labels') out[i] = BigInt(indices[i] % 2)
        else out.set(pixels.subarray(indices[i] * size, (indices[i] + 1) * size), i * size)
    },
  }
  const { batchSize } = model.defaults
  const objective = model.objective(model.options.parse({}), model.madeFor)
  const engine = await nodeEngine()
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

await reportBestOf({
  peer: 'sparring',
  program: import.meta.url,
  models: MODELS,
  settings: { 'one thread per core': {} },
  measure,
})
