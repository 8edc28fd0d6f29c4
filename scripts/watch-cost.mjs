// What pages that watch a run cost its training: milliseconds per step without and with them, in turns.
// node scripts/watch-cost.mjs [--pages 20] [--rounds 5] [--seconds 15]
// @ts-check
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from './lib/build.mjs'
import { buildPages } from './lib/build-pages.mjs'
import { inProject } from './lib/project.mjs'

const { values } = parseArgs({
  options: {
    pages: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '15' },
    model: { type: 'string', default: 'mlp-gan' },
  },
})
const [pages, rounds, seconds] = [Number(values.pages), Number(values.rounds), Number(values.seconds)]

await build()
await buildPages()
const folder = mkdtempSync(join(tmpdir(), 'sparring-watch-'))
const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms))
const sparring = (/** @type {string[]} */ ...args) =>
  spawn(process.execPath, [inProject('bin/sparring.js'), ...args], { stdio: ['ignore', 'pipe', 'inherit'] })

const studio = sparring('studio', '--runs', folder, '--port', '0', '--no-open', '--json')
const training = sparring(
  'train',
  values.model,
  '--steps',
  '10000000',
  '--run',
  join(folder, 'watched'),
  '--quiet',
)
try {
  /** @type {string} */
  const line = await new Promise((resolve) => studio.stdout.once('data', (bytes) => resolve(String(bytes))))
  const { origin, hash } = new URL(JSON.parse(line).address)
  /** Reading asks for the token, too. */
  const headers = { 'x-sparring-token': hash.replace('#token=', '') }
  const timings = () =>
    readFileSync(join(folder, 'watched', 'timings.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text))
  /** Milliseconds per step over a stretch of time. */
  const pace = async () => {
    const from = timings().at(-1).step
    await sleep(1000 * seconds)
    const rows = timings().filter(({ step }) => step > from)
    const spent = rows.reduce((sum, row) => sum + row.seconds, 0)
    return (1000 * spent) / (rows.at(-1).step - from)
  }
  for (;;) {
    await sleep(1000)
    try {
      if (timings().length > 10) break
    } catch {} // It prepares.
  }
  const { cursor } = /** @type {{ cursor: string }} */ (
    await (await fetch(`${origin}/api/runs/watched`, { headers })).json()
  )
  /** Seconds of a core that the studio has used; undefined where the system does not say. */
  const used = () => {
    try {
      const fields = readFileSync(`/proc/${studio.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      return (Number(fields[11]) + Number(fields[12])) / 100
    } catch {
      return undefined
    }
  }
  /** @type {number[]} */
  const ratios = []
  let busy = 0
  for (let round = 0; round < rounds; round++) {
    const alone = await pace()
    const listeners = Array.from({ length: pages }, () =>
      get(`${origin}/api/runs/watched/events?from=${cursor}`, { agent: false, headers }, (response) =>
        response.resume(),
      ),
    )
    for (const listener of listeners) listener.on('error', () => {})
    await sleep(2000) // They catch up first.
    const before = used()
    const watched = await pace()
    const after = used()
    if (before !== undefined && after !== undefined) busy += (after - before) / seconds / rounds
    for (const listener of listeners) listener.destroy()
    await sleep(500)
    ratios.push(watched / alone)
    console.log(
      `round ${round + 1}: ${alone.toFixed(2)} ms per step alone, ${watched.toFixed(2)} with ${pages} pages`,
    )
  }
  if (busy > 0) console.log(`the studio itself uses ${(100 * busy).toFixed(1)}% of one core meanwhile`)
  const sorted = ratios.toSorted((a, b) => a - b)
  const percent = (/** @type {number} */ ratio) => `${(100 * (ratio - 1)).toFixed(1)}%`
  console.log(
    `${pages} pages cost ${percent(/** @type {number} */ (sorted[Math.floor(sorted.length / 2)]))} of a step (median of ${rounds}; ${percent(/** @type {number} */ (sorted[0]))} to ${percent(/** @type {number} */ (sorted.at(-1)))})`,
  )
} finally {
  training.kill('SIGKILL')
  studio.kill('SIGTERM')
  await sleep(500)
  rmSync(folder, { recursive: true, force: true })
}
