// What it saves to run a graph on a program's own weights: attached to the program, and opened apart with weights that are
// read from it and given, in turns.
//
// usage: node scripts/resident-weights.mjs [model] [--rounds 30] [--samples 64] [--examples 250] [--threads 1]
//
// Both ways make the same numbers. Rows are milliseconds of processor time of all threads, which other programs disturb less
// than the clock: the median, and the smallest to the largest of all rounds. The ratio is that of the two in one round.
import { parseArgs } from 'node:util'
import { contextOf, inferenceGraph, modelNamed, ops, randomStream, reportGraph } from '../dist/index.js'
import { nodeEngine } from '../dist/node.js'
import { feeder } from '../dist/training/feeds.js'
import { median, randomImages, stepProgram } from './lib/step-program.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '30' },
    samples: { type: 'string', default: '64' },
    examples: { type: 'string', default: '250' },
    threads: { type: 'string', default: '1' },
  },
})
const [name = 'dcgan'] = positionals
const [rounds, samples, examples, threads] = [
  values.rounds,
  values.samples,
  values.examples,
  values.threads,
].map(Number)

const model = modelNamed(name)
const objective = model.objective(model.options.parse({}), model.imageShape, contextOf(model))
const engine = await nodeEngine({ threads })
const { compiled, initial, prepare } = stepProgram(name)
const program = await engine.compile(compiled)
await program.write(initial())
await program.advance(prepare(0, 1))
const shapes = Object.fromEntries(compiled.state.map(({ input, shape }) => [input, shape]))

/** A graph of the weights, attached and apart, and the rest of what it is fed with. */
async function both(label, graph, feeds) {
  const [attached, apart] = [
    await program.attach(graph, { name: label }),
    await engine.open(graph, { name: label }),
  ]
  const weights = apart.inputNames.filter((input) => input in shapes)
  return {
    label,
    ways: {
      attached: () => attached.run(feeds),
      'read and given': async () => {
        const arrays = await program.read()
        const given = weights.map((input) => [input, { data: arrays[input], shape: shapes[input] }])
        return apart.run({ ...Object.fromEntries(given), ...feeds })
      },
    },
  }
}

const source = randomImages(model.imageShape)
const rows = []
if (objective.sampler) {
  const network = objective.networks[objective.sampler.network]
  const shape = [samples, ...network.inputShape]
  const data = randomStream(1, 'latents').fillNormal(new Float32Array(shape.reduce((a, b) => a * b)))
  const graph = inferenceGraph(network, samples, 'given', 'made')
  rows.push(await both(`sampling ${samples} images`, graph, { given: { data, shape } }))
}
const report = reportGraph(objective, { batchSize: examples, exampleShape: model.imageShape })
const held = feeder(report.feeds, { seed: 1, source, batches: 'epoch', batchSize: examples })(0, 1)
const feeds = Object.entries(held).map(([feed, { data, shape }]) => [feed, { data, shape: shape.slice(1) }])
rows.push(await both(`validating ${examples} images`, report.graph, Object.fromEntries(feeds)))
const one = ops.reduceSum(report.graph.inputs[0])
rows.push(await both('next to nothing', { ...report.graph, outputs: { one } }, Object.fromEntries(feeds)))
rows.push({
  label: 'looking for numbers that are not finite',
  ways: {
    attached: () => program.firstNotFinite(),
    'read and given': async () =>
      Object.values(await program.read()).find((data) => data.some((number) => !Number.isFinite(number))),
  },
})

const bytes = compiled.state.reduce((sum, { shape }) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0)
console.log(`${name}, ${(bytes / 2 ** 20).toFixed(1)} MiB of state, ${threads} threads, ${rounds} rounds\n`)
for (const { label, ways } of rows) {
  const times = Object.fromEntries(Object.keys(ways).map((way) => [way, []]))
  for (let round = -2; round < rounds; round++)
    for (const [way, run] of Object.entries(ways)) {
      const start = process.cpuUsage()
      await run()
      const { user, system } = process.cpuUsage(start)
      if (round >= 0) times[way].push((user + system) / 1000)
    }
  const show = (list) =>
    `${median(list).toFixed(1)} (${Math.min(...list).toFixed(1)} to ${Math.max(...list).toFixed(1)})`
  const ratios = times.attached.map((ms, i) => times['read and given'][i] / ms)
  console.log(
    `${label}: attached ${show(times.attached)}, read and given ${show(times['read and given'])}, ratio ${show(ratios)}`,
  )
}
await engine.close()
