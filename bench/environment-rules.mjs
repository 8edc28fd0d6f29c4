// Our games beside those of the `minatar` package, step by step: the same random actions, rewards, ends and observations.
//
// usage: PYTHON=<python with minatar> node bench/environment-rules.mjs [--steps 100000] [--seed 1] [--out <file.json>]
//
// What chance decides (where a ball starts, how fast cars are) is taken over from the package. What is seen after the end of an
// episode is not compared: aliens that have landed come in again at the top there.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { crc32 } from 'node:zlib'
import { rulesNamed } from '../dist/environments/index.js'
import { randomStream } from '../dist/util/random.js'
import { pythonWith } from './programs.mjs'

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string' },
  },
})
const python = pythonWith('minatar')
if (!python)
  throw new Error('no Python with minatar: pip install minatar, and PYTHON=<path> chooses the interpreter')

/** What chance has made there, in the state of ours; see `save` of each game. */
const TAKEN_OVER = {
  'space-invaders': (saved) => saved,
  breakout: ([, y, , down, ...rest], { x }) => {
    rest[0] = x
    return [x, y, x === 0 ? 1 : -1, down, ...rest]
  },
  // By car there: column, row, steps until it moves, signed speed.
  freeway: ([row, cooldown, left], { cars }) => [
    row,
    cooldown,
    left,
    ...cars.map(([column]) => column),
    ...cars.map(([, , , speed]) => speed),
    ...cars.map(([, , timer]) => timer),
  ],
}

function compare(name) {
  const program = fileURLToPath(new URL('peers/minatar-play.py', import.meta.url))
  const text = execFileSync(python, [program, name.replace('-', '_'), values.steps, values.seed], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 30,
  })
  const [version, ...episodes] = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const rules = rulesNamed(name)
  const game = rules.create()
  const seen = new Uint8Array(rules.observation.shape.reduce((a, b) => a * b))
  const differ = { rewards: 0, ends: 0, observations: 0 }
  let steps = 0
  for (const { start, steps: played } of episodes) {
    game.reset(randomStream(0, 'start'))
    game.restore(TAKEN_OVER[name](game.save(), start))
    for (const [action, reward, terminated, checksum, state] of played) {
      steps++
      const found = game.step(action, () => randomStream(0, 'step', steps))
      if (state) game.restore(TAKEN_OVER[name](game.save(), state))
      game.observe(seen, 0)
      if (found.reward !== reward) differ.rewards++
      if (found.terminated !== terminated) differ.ends++
      if (!terminated && crc32(seen) !== checksum) differ.observations++
    }
  }
  return { name, ...version, steps, episodes: episodes.length, differ }
}

const found = ['space-invaders', 'breakout', 'freeway'].map((name) => {
  const one = compare(name)
  console.log(JSON.stringify(one))
  return one
})
if (values.out) writeFileSync(values.out, `${JSON.stringify(found, null, 2)}\n`)
if (found.some(({ differ }) => Object.values(differ).some((count) => count > 0))) process.exitCode = 1
