// What the attacker inside a training step costs: the loop in the graph, the same loop written out, and the floor, as many steps
// without an attacker as the step takes gradients; in turns.
//
// usage: node scripts/attack-loop-speed.mjs [--adversarial pgd] [--attack-steps 10] [--rounds 7] [--steps 4] [--threads 0]
//          [--batch-size 128] [--copies] [--torch <python with PyTorch>]
//
// `--copies` adds the loop written out; `--torch` adds PyTorch in the same recipe (pgd only), in its two layouts. Rows are
// milliseconds a step, by the clock and of processor time, which other programs disturb less: medians, and the smallest to the
// largest of all rounds.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { stepProgram } from '../bench/step-program.mjs'
import { median } from '../bench/summary.mjs'
import { nodeEngine } from '../dist/node.js'
import { unrolled } from './lib/unroll.mjs'

const { values } = parseArgs({
  options: {
    adversarial: { type: 'string', default: 'pgd' },
    'attack-steps': { type: 'string', default: '10' },
    rounds: { type: 'string', default: '7' },
    steps: { type: 'string', default: '4' },
    threads: { type: 'string', default: '0' },
    'batch-size': { type: 'string', default: '128' },
    copies: { type: 'boolean', default: false },
    torch: { type: 'string' },
  },
})
const { adversarial } = values
const [attackSteps, rounds, steps, threads, batchSize] = [
  'attack-steps',
  'rounds',
  'steps',
  'threads',
  'batch-size',
].map((name) => Number(values[name]))

const plain = stepProgram('classifier', { batchSize, options: { dropout: 0 } })
const options = { adversarial, ...(adversarial === 'fast' ? {} : { attackSteps }) }
const attacked = stepProgram('classifier', { batchSize, options })
const engine = await nodeEngine({ threads })

async function open({ compiled, initial, prepare }) {
  const started = performance.now()
  const program = await engine.compile(compiled)
  const compiling = performance.now() - started
  await program.write(initial())
  let feeds = (await program.advance(prepare(0, steps))).feeds
  const [times, used] = [[], []]
  return {
    compiling,
    times,
    used,
    async round(i) {
      feeds = prepare(i * steps, steps, feeds)
      const [begun, before] = [performance.now(), process.cpuUsage()]
      feeds = (await program.advance(feeds)).feeds
      times.push((performance.now() - begun) / steps)
      const { user, system } = process.cpuUsage(before)
      used.push((user + system) / 1e3 / steps)
    },
  }
}
/** PyTorch in a process of its own that waits until it is asked. */
async function openTorch(python, more = []) {
  const script = fileURLToPath(new URL('../bench/peers/torch-adversarial.py', import.meta.url))
  const started = performance.now()
  const child = spawn(
    python,
    [script, '--attack-steps', attackSteps, '--threads', threads, '--batch-size', batchSize, ...more].map(
      String,
    ),
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  await lines.next()
  const [times, used] = [[], []]
  return {
    compiling: performance.now() - started,
    times,
    used,
    async round() {
      child.stdin.write(`${steps}\n`)
      const [clock, processor] = (await lines.next()).value.split(' ').map(Number)
      times.push(1000 * clock)
      used.push(1000 * processor)
    },
    close: () => child.stdin.end(),
  }
}
const graph = unrolled(attacked.compiled.graph)
const ways = {
  'no attacker': await open(plain),
  'loop in the graph': await open(attacked),
  ...(values.copies
    ? { copies: await open({ ...attacked, compiled: { ...attacked.compiled, graph } }) }
    : {}),
  ...(values.torch
    ? {
        PyTorch: await openTorch(values.torch),
        'PyTorch, channels last': await openTorch(values.torch, ['--channels-last']),
      }
    : {}),
}
for (let i = 0; i < rounds; i++) for (const way of Object.values(ways)) await way.round(i)
const floor = (adversarial === 'fast' ? 1 : attackSteps) + 1
const spread = (values) =>
  `${median(values).toFixed(1)} (${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)})`
for (const [name, { times, used, compiling }] of Object.entries(ways))
  console.log(
    `${name.padEnd(24)} ${spread(times)} ms, ${spread(used)} ms of processor time, ready in ${(compiling / 1000).toFixed(1)} s`,
  )
const loop = ways['loop in the graph'].used
const shares = loop.map((time, i) => time / (floor * ways['no attacker'].used[i]))
const ratio = (values) =>
  `${median(values).toFixed(2)} (${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)})`
console.log(`processor time of the loop in that of ${floor} steps without an attacker: ${ratio(shares)}`)
for (const [name, { used }] of Object.entries(ways))
  if (name.startsWith('PyTorch'))
    console.log(
      `processor time of ${name} in that of the loop: ${ratio(used.map((time, i) => time / loop[i]))}`,
    )
for (const way of Object.values(ways)) way.close?.()
await engine.close()
