// A game of the Atari 2600 in our environment beside the Arcade Learning Environment: the same actions, rewards, lives, ends and frames.
//
// usage: PYTHON=<python with ale-py> node bench/atari-emulators.mjs [--rom <file>] [--steps 2000] [--seeds 1,2,3] [--out <file.json>]
//
// The file of the game is that which ale-py brings along, unless one is named; nothing of it is kept. Actions do not stick here, because
// the two draw that from streams of their own. Also tells the frames that our environment makes in a second of its process's time.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { makeEnvironment, prepareEnvironment } from '../dist/environments/index.js'
import { readGame } from '../dist/lifecycle/prepared.js'
import { pythonWith } from './programs.mjs'

const { values } = parseArgs({
  options: {
    rom: { type: 'string' },
    steps: { type: 'string', default: '2000' },
    seeds: { type: 'string', default: '1,2,3' },
    out: { type: 'string' },
  },
})
const python = pythonWith('ale_py')
if (!python)
  throw new Error(
    'no Python with ale-py: pip install ale-py numpy opencv-python-headless, and PYTHON=<path> chooses the interpreter',
  )
const rom =
  values.rom ??
  execFileSync(python, ['-c', 'import ale_py.roms as r; print(r.get_rom_path("space_invaders"))'], {
    encoding: 'utf8',
  }).trim()
const chosen = await prepareEnvironment('atari', { rom }, readGame)
const program = fileURLToPath(new URL('peers/ale-play.py', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'emulators-'))
const SIDE = 84 * 84
const ROW = 16 + SIDE
const result = { game: chosen.game, versions: {}, episodes: [], node: process.versions.node }
try {
  for (const seed of values.seeds.split(',')) {
    const out = join(folder, 'played')
    const said = execFileSync(python, [program, rom, values.steps, seed, out], { encoding: 'utf8' })
    result.versions = JSON.parse(said.trim().split('\n').at(-1))
    const theirs = readFileSync(out)
    const environment = makeEnvironment('atari', { ...chosen, sticky: 0 })
    const told = { seed: Number(seed), steps: theirs.length / ROW - 1, return: 0, theirReturn: 0 }
    const differ = { rewards: 0, lives: 0, ends: 0, frames: 0, pixels: 0, most: 0 }
    const places = []
    const began = process.cpuUsage()
    let seen = environment.reset({ seed: 1 })
    for (let step = 0; step <= told.steps; step++) {
      const [action, reward, lives, over] = [0, 4, 8, 12].map((at) => theirs.readInt32LE(step * ROW + at))
      if (step > 0) {
        const found = environment.step(action)
        seen = found.observation
        told.return += found.reward
        told.theirReturn += reward
        if (found.reward !== reward) differ.rewards++
        if (found.terminated !== (over === 1)) differ.ends++
      }
      if (environment.told().lives !== lives) differ.lives++
      let pixels = 0
      for (let i = 0; i < SIDE; i++) {
        const off = Math.abs(seen[4 * i + 3] - theirs[step * ROW + 16 + i])
        if (off > 0) pixels++
        differ.most = Math.max(differ.most, off)
      }
      differ.pixels += pixels
      if (pixels > 0) {
        differ.frames++
        if (places.length < 5) places.push(step)
      }
    }
    const { user, system } = process.cpuUsage(began)
    const framesPerSecond = Math.round((4 * told.steps) / ((user + system) / 1e6))
    result.episodes.push({ ...told, differ, firstSteps: places, framesPerSecond })
    console.log(JSON.stringify(result.episodes.at(-1)))
  }
} finally {
  rmSync(folder, { recursive: true })
}
console.log(JSON.stringify(result.versions))
if (values.out) writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`)
