// Does training through the fast convolutions follow training through the direct ones?
//
// usage: node scripts/fast-and-direct.mjs [--steps 200] [--seeds 3] [--data digits | mnist | <folder>]
//
// For every seed the DCGAN is trained twice from the same weights and the same random numbers, once each way. The
// difference of their losses, step by step, is set beside the difference that another seed makes.
import { parseArgs } from 'node:util'
import { stepProgram } from '../bench/step-program.mjs'
import { imageExamples } from '../dist/index.js'
import { loadData, nodeEngine } from '../dist/node.js'

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '200' },
    seeds: { type: 'string', default: '3' },
    data: { type: 'string', default: 'digits' },
  },
})
const [steps, seeds] = [Number(values.steps), Number(values.seeds)]
const { train } = await loadData(values.data, values.data === 'digits' ? { options: { count: 10_000 } } : {})
const examples = imageExamples(train)
const engines = {
  fast: await nodeEngine(),
  direct: await nodeEngine({ lowering: { chooseForms: () => undefined } }),
}

/** Every metric of every step. */
async function losses(seed, engine) {
  const { compiled, initial, prepare, step } = stepProgram('dcgan', { examples, seed })
  const program = await engine.compile(compiled)
  await program.write(initial())
  const rows = Object.fromEntries(Object.keys(step.metrics).map((name) => [name, []]))
  for (let first = 0; first < steps; first += 4) {
    const { outputs } = await program.advance(prepare(first, Math.min(4, steps - first)))
    for (const [name, output] of Object.entries(step.metrics)) rows[name].push(...outputs[output])
  }
  await program.close()
  return rows
}

const runs = []
for (let seed = 1; seed <= seeds; seed++) {
  const run = {}
  for (const [name, engine] of Object.entries(engines)) {
    run[name] = await losses(seed, engine)
    console.error(`seed ${seed}, ${name}: done`)
  }
  runs.push(run)
}
for (const engine of Object.values(engines)) await engine.close()

const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length
const distance = (a, b, from, to) => mean(a.slice(from, to).map((value, i) => Math.abs(value - b[from + i])))
const pairs = runs.flatMap((a, i) => runs.slice(i + 1).map((b) => [a, b]))
const windows = [1, 10, 50, steps]
  .map((to, i, all) => [i === 0 ? 0 : all[i - 1], to])
  .filter(([from, to]) => to > from && to <= steps)
console.log(
  `dcgan on ${values.data}, ${seeds} seeds; mean absolute difference per step (smallest to largest of seeds or pairs)\n`,
)
console.log('metric                 steps      fast and direct                  two seeds, fast')
const range = (numbers) =>
  `${mean(numbers).toExponential(1)} (${Math.min(...numbers).toExponential(1)} to ${Math.max(...numbers).toExponential(1)})`
for (const name of Object.keys(runs[0].fast))
  for (const [from, to] of windows) {
    const ways2 = runs.map(({ fast, direct }) => distance(fast[name], direct[name], from, to))
    const others = pairs.map(([a, b]) => distance(a.fast[name], b.fast[name], from, to))
    console.log(
      `${name.padEnd(22)} ${`${from}-${to - 1}`.padEnd(9)}  ${range(ways2).padEnd(31)}  ${range(others)}`,
    )
  }
