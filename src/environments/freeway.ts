// Freeway on ten by ten cells, by the rules of MinAtar (Young and Tian 2019, arXiv:1903.03176).
import type { RandomStream } from '../util/random.ts'
import { type Game, keeping, type Rules } from './game.ts'
import { ACTIONS, gridBox, painter, SIDE } from './grid.ts'

const CHANNELS = ['chicken', 'car', 'speed1', 'speed2', 'speed3', 'speed4', 'speed5']
const LAST = SIDE - 1
const LANES = SIDE - 2
const COLUMN = 4
/** Steps until the chicken can move again. */
const COOLDOWN = 3
/** Steps of an episode: these end the game. */
const STEPS = 2500
const SPEEDS = 5

function freeway(): Game {
  /** By lane: column, signed speed (steps per cell), and steps until the car moves. */
  const columns = new Int8Array(LANES)
  const speeds = new Int8Array(LANES)
  const timers = new Int8Array(LANES)
  const now = { row: 0, cooldown: 0, left: 0 }

  /** New speeds for all cars. */
  function drawSpeeds(random: RandomStream): void {
    for (let lane = 0; lane < LANES; lane++)
      speeds[lane] = (1 + random.integer(SPEEDS)) * (random.integer(2) === 0 ? -1 : 1)
    for (let lane = 0; lane < LANES; lane++) timers[lane] = Math.abs(speeds[lane]!)
  }

  return {
    reset(random) {
      drawSpeeds(random)
      columns.fill(0)
      ;[now.row, now.cooldown, now.left] = [LAST, COOLDOWN, STEPS]
    },
    step(action, random) {
      let reward = 0
      const named = ACTIONS[action]
      if (now.cooldown === 0 && (named === 'up' || named === 'down')) {
        now.cooldown = COOLDOWN
        now.row = named === 'up' ? Math.max(0, now.row - 1) : Math.min(LAST, now.row + 1)
      }
      if (now.row === 0) {
        reward = 1
        drawSpeeds(random())
        now.row = LAST
      }
      for (let lane = 0; lane < LANES; lane++) {
        const isHit = (): boolean => columns[lane] === COLUMN && lane + 1 === now.row
        if (isHit()) now.row = LAST
        if (timers[lane] === 0) {
          timers[lane] = Math.abs(speeds[lane]!)
          columns[lane] = (columns[lane]! + Math.sign(speeds[lane]!) + SIDE) % SIDE
          if (isHit()) now.row = LAST
        } else timers[lane] = timers[lane]! - 1
      }
      if (now.cooldown > 0) now.cooldown--
      now.left--
      return { reward, terminated: now.left < 0 }
    },
    observe(out, at) {
      out.fill(0, at, at + SIDE * SIDE * CHANNELS.length)
      const paint = painter(out, at, CHANNELS.length)
      paint(now.row, COLUMN, 0)
      for (let lane = 0; lane < LANES; lane++) {
        const [column, speed] = [columns[lane]!, speeds[lane]!]
        paint(lane + 1, column, 1)
        // Where it was shows where it goes.
        paint(lane + 1, (column - Math.sign(speed) + SIDE) % SIDE, 1 + Math.abs(speed))
      }
    },
    ...keeping(now, [columns, speeds, timers]),
  }
}

export const freewayRules: Rules = {
  name: 'freeway',
  summary: 'cross eight lanes, again and again',
  observation: gridBox(CHANNELS),
  actions: ACTIONS,
  minimal: ['noop', 'up', 'down'],
  sticky: 0.1,
  create: freeway,
}
