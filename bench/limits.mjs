// How far a training step is from what this machine could do: its products at the rate of a large one, its weights moved once.

import { input } from '../dist/graph/value.js'
import { workOf } from '../dist/graph/work.js'
import { ops } from '../dist/index.js'
import { lower } from '../dist/lowering/index.js'
import { nodeEngine } from '../dist/node.js'
import { stepProgram } from './step-program.mjs'
import { median } from './summary.mjs'

/**
 * @typedef {object} Rates
 * @property {number} multiplicationsPerSecond  each with its addition
 * @property {number} bytesPerSecond
 *
 * @typedef {object} Row
 * @property {string} model
 * @property {number} ms                     per step
 * @property {number} directMultiplications  of convolutions as they are defined
 * @property {number} multiplications        as lowered
 * @property {number} productsMs             those at the machine's rate
 * @property {number} stateBytes             weights and what the optimizer remembers
 * @property {number} stateMs                that read and written once
 * @property {number} otherBytes             what all other operators read and write
 * @property {number} floorMs                products and state
 * @property {number} timesFloor             the step's time over that
 */

/** Milliseconds of a graph, the median of some runs. */
async function timeGraph(engine, graph, feeds, runs = 15) {
  const model = await engine.open(graph, { name: 'limit' })
  const times = []
  for (let i = 0; i < runs + 3; i++) {
    const start = performance.now()
    await model.run(feeds)
    if (i >= 3) times.push(performance.now() - start)
  }
  await model.close()
  return median(times)
}

/**
 * Multiplications with their additions per second in a product of 1024 x 1024 matrices, and bytes per second of sums of
 * arrays that no cache holds. Both are made often within one run, so that handing arrays over does not count.
 */
export async function machineRates(engine) {
  const size = 1024
  const [a, b] = [input('a', [size, size]), input('b', [size, size])]
  const chain = (length) => {
    let y = a
    for (let i = 0; i < length; i++) y = ops.matMul(y, b)
    return { inputs: [a, b], outputs: { sum: ops.reduceSum(y) } }
  }
  const matrix = (scale) => ({ shape: [size, size], data: new Float32Array(size * size).fill(scale) })
  const products = { a: matrix(1), b: matrix(1 / size) }
  const [short, long] = [
    await timeGraph(engine, chain(1), products),
    await timeGraph(engine, chain(9), products),
  ]

  const length = 2 ** 24
  const x = input('x', [length])
  const sums = (count) => {
    let y = x
    for (let i = 0; i < count; i++) y = ops.add(y, x)
    return { inputs: [x], outputs: { most: ops.reduceMax(y) } }
  }
  const vector = { x: { shape: [length], data: new Float32Array(length).fill(1) } }
  const [few, many] = [
    await timeGraph(engine, sums(1), vector, 7),
    await timeGraph(engine, sums(9), vector, 7),
  ]
  return {
    multiplicationsPerSecond: (8 * size ** 3) / ((long - short) / 1e3),
    // Two arrays are read and one is written.
    bytesPerSecond: (8 * 3 * 4 * length) / ((many - few) / 1e3),
  }
}

/**
 * @param {Rates} rates
 * @param {number} directMultiplications
 * @param {import('../dist/graph/work.js').Work} work  as lowered
 * @param {number} stateBytes
 * @param {number} ms
 * @returns {Omit<Row, 'model' | 'ms'>}
 */
export function floorOf(rates, directMultiplications, { multiplications, bytes }, stateBytes, ms) {
  const productsMs = (1e3 * multiplications) / rates.multiplicationsPerSecond
  // The optimizer reads its state and writes it.
  const stateMs = (1e3 * 2 * stateBytes) / rates.bytesPerSecond
  const floorMs = productsMs + stateMs
  return {
    ...{ directMultiplications, multiplications, productsMs, stateBytes, stateMs },
    ...{ otherBytes: bytes, floorMs, timesFloor: ms / floorMs },
  }
}

/** Milliseconds per step, the median of some calls. */
async function timeStep(engine, { compiled, initial, prepare }, calls = 7) {
  const program = await engine.compile(compiled)
  await program.write(initial())
  await program.advance(prepare(0, 1))
  const begun = performance.now()
  await program.advance(prepare(0, 1))
  const steps = Math.max(1, Math.min(32, Math.round(500 / (performance.now() - begun))))
  const times = []
  for (let i = 0; i < calls; i++) {
    const feeds = prepare(i * steps, steps)
    const start = performance.now()
    await program.advance(feeds)
    times.push((performance.now() - start) / steps)
  }
  await program.close()
  return median(times)
}

/**
 * @param {readonly string[]} models
 * @param {{ threads: number, onModel?: (name: string) => void }} options
 * @returns {Promise<{ rates: Rates, rows: Row[] }>}
 */
export async function measureLimits(models, { threads, onModel = () => {} }) {
  const engine = await nodeEngine({ threads })
  try {
    const rates = await machineRates(engine)
    const rows = []
    for (const model of models) {
      onModel(model)
      const program = stepProgram(model)
      const { graph, state } = program.compiled
      const work = workOf(lower(graph))
      const stateBytes = state.reduce((sum, { shape }) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0)
      const ms = await timeStep(engine, program)
      const direct = workOf(graph).multiplications
      rows.push({ model, ms, ...floorOf(rates, direct, work, stateBytes, ms) })
    }
    return { rates, rows }
  } finally {
    await engine.close()
  }
}

/** @param {{ rows: readonly Row[] }} found */
const columnsOf = ({ rows }) => [
  ['model', ...rows.map(({ model }) => model)],
  ['ms per step', ...rows.map(({ ms }) => ms.toFixed(ms < 10 ? 2 : 1))],
  ['G mult. direct', ...rows.map((row) => (row.directMultiplications / 1e9).toFixed(3))],
  ['as lowered', ...rows.map((row) => (row.multiplications / 1e9).toFixed(3))],
  ['products ms', ...rows.map((row) => row.productsMs.toFixed(2))],
  ['state MB', ...rows.map((row) => (row.stateBytes / 1e6).toFixed(1))],
  ['state ms', ...rows.map((row) => row.stateMs.toFixed(2))],
  ['floor ms', ...rows.map((row) => row.floorMs.toFixed(2))],
  ['step / floor', ...rows.map((row) => row.timesFloor.toFixed(2))],
  ['other MB', ...rows.map((row) => (row.otherBytes / 1e6).toFixed(0))],
]

/**
 * A table in plain text, with what its columns mean below.
 *
 * @param {{ rates: Rates, rows: readonly Row[] }} found
 */
export function limitsTable(found) {
  const columns = columnsOf(found)
  const widths = columns.map((column) => Math.max(...column.map((cell) => cell.length)))
  const lines = columns[0].map((_, row) =>
    columns
      .map((column, i) => (i === 0 ? column[row].padEnd(widths[i]) : column[row].padStart(widths[i])))
      .join('  '),
  )
  const { multiplicationsPerSecond, bytesPerSecond } = found.rates
  return `${lines.join('\n')}

A product of 1024 x 1024 matrices runs at ${((2 * multiplicationsPerSecond) / 1e9).toFixed(0)} GFLOP/s here, sums of large arrays move ${(bytesPerSecond / 1e9).toFixed(0)} GB/s.
The floor: products as lowered (fast convolutions) at that rate, and weights and the optimizer's memory read and written once.
Other MB: what all other operators would move if no cache held anything. Where the time goes: node scripts/step-profile.mjs <model>`
}
