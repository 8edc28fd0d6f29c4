// Images per second from a run's generator.onnx, in plain ONNX Runtime, beside PyTorch with the same network.
//
// usage: node scripts/sampling-speed.mjs <generator.onnx> [--rounds 3] [--seconds 2] [--batches 1,64,400]
//
// Three ways in turns: generator.onnx as it is, the network lowered for one batch size as `sparring sample` runs it, and
// PyTorch (bench/peers/torch-sample.py) at its best split of the cores, where it is installed.
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { pythonWith } from '../bench/programs.mjs'
import { median } from '../bench/summary.mjs'
import { importModel, randomStream } from '../dist/index.js'
import { nodeEngine } from '../dist/node.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '2' },
    batches: { type: 'string', default: '1,64,400' },
  },
})
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)]
const batches = values.batches.split(',').map(Number)
if (positionals.length !== 1) {
  console.error(
    'usage: node scripts/sampling-speed.mjs <generator.onnx> [--rounds 3] [--seconds 2] [--batches 1,64,400]',
  )
  process.exit(2)
}
const bytes = await readFile(positionals[0])
const python = pythonWith('torch')
const torch = fileURLToPath(new URL('../bench/peers/torch-sample.py', import.meta.url))
const engine = await nodeEngine()

/** Images per second of a loaded model. */
async function rateOf(model, batch, latents) {
  const feeds = { z: { shape: [batch, latents.length / batch], data: latents } }
  for (let i = 0; i < 3; i++) await model.run(feeds)
  const start = performance.now()
  let images = 0
  while (performance.now() - start < seconds * 1e3) {
    await model.run(feeds)
    images += batch
  }
  return images / ((performance.now() - start) / 1e3)
}

console.log('images per second    generator.onnx             lowered for the batch      PyTorch')
for (const batch of batches) {
  const graph = importModel(bytes, { batch }).graph
  const [latentDim] = graph.inputs.find(({ node }) => node.attributes.name === 'z').shape.slice(1)
  const latents = randomStream(1, 'latents').fillUniform(new Float32Array(batch * latentDim))
  const ways = {
    plain: await engine.load(bytes),
    lowered: await engine.open(graph, { name: 'generator' }),
  }
  const rates = { plain: [], lowered: [], torch: [] }
  for (let round = 0; round < rounds; round++) {
    for (const [name, model] of Object.entries(ways)) rates[name].push(await rateOf(model, batch, latents))
    if (python)
      rates.torch.push(
        JSON.parse(execFileSync(python, [torch, String(batch), String(seconds)], { encoding: 'utf8' })).best,
      )
  }
  for (const model of Object.values(ways)) await model.close()
  const show = (list) =>
    list.length === 0
      ? 'not installed'
      : `${median(list).toFixed(0)} (${Math.min(...list).toFixed(0)} to ${Math.max(...list).toFixed(0)})`
  console.log(
    `batch ${String(batch).padEnd(14)} ${show(rates.plain).padEnd(26)} ${show(rates.lowered).padEnd(26)} ${show(rates.torch)}`,
  )
}
await engine.close()
