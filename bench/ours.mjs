// Our step program: the trainer itself on random images, feeds and all, as `sparring train` runs it.
import { modelNamed, randomStream, train } from '../dist/index.js'
import { nodeEngine } from '../dist/node.js'
import { reportBestOf } from './best-of.mjs'

/** Steps before the clock starts: the trainer finds out how many steps to make per call. */
const WARM_UP = 64
const IMAGES = 8192
const SHAPE = [28, 28, 1]

async function measure(name, steps) {
  const model = modelNamed(name)
  const size = SHAPE.reduce((product, length) => product * length, 1)
  const pixels = randomStream(1, 'bench').fillUniform(new Float32Array(IMAGES * size))
  const source = {
    count: IMAGES,
    shape: SHAPE,
    fill(indices, out) {
      for (let i = 0; i < indices.length; i++)
        out.set(pixels.subarray(indices[i] * size, (indices[i] + 1) * size), i * size)
    },
  }
  const { batchSize } = model.defaults
  const objective = model.objective(model.options.parse({}), SHAPE)
  const engine = await nodeEngine()
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
    if (warmAt === undefined && last.steps >= WARM_UP) {
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
  models: ['mlp-gan', 'dcgan'],
  settings: { 'one thread per core': {} },
  measure,
})
