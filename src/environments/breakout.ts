// Breakout on ten by ten cells, by the rules of MinAtar (Young and Tian 2019, arXiv:1903.03176).
import type { Game, Rules } from './game.ts'
import { ACTIONS, gridBox, painter, SIDE } from './grid.ts'

const CHANNELS = ['paddle', 'ball', 'trail', 'brick']
const LAST = SIDE - 1
/** Rows of bricks: the first, and how many. */
const BRICKS = { from: SIDE, rows: 3 }

function breakout(): Game {
  const bricks = new Uint8Array(SIDE * SIDE)
  /** The ball moves along a diagonal: `right` and `down` are 1 or -1. A trail stays where it was. */
  let [x, y, right, down, trailX, trailY, paddle] = [0, 0, 0, 0, 0, 0, 0]
  /** Whether the ball has just hit a brick: then it goes through the next one. */
  let struck = 0

  const wall = (): void => {
    bricks.fill(1, BRICKS.from, BRICKS.from + BRICKS.rows * SIDE)
  }

  return {
    reset(random) {
      bricks.fill(0)
      wall()
      const fromLeft = random.integer(2) === 0
      ;[x, y, right, down] = [fromLeft ? 0 : LAST, 3, fromLeft ? 1 : -1, 1]
      ;[trailX, trailY, paddle, struck] = [x, y, 4, 0]
    },
    step(action) {
      if (ACTIONS[action] === 'left') paddle = Math.max(0, paddle - 1)
      else if (ACTIONS[action] === 'right') paddle = Math.min(LAST, paddle + 1)
      ;[trailX, trailY] = [x, y]
      let [toX, toY] = [x + right, y + down]
      let [reward, terminated, meets] = [0, false, false]
      if (toX < 0 || toX > LAST) {
        toX = Math.min(LAST, Math.max(0, toX))
        right = -right
      }
      if (toY < 0) {
        toY = 0
        down = -down
      } else if (bricks[toY * SIDE + toX]) {
        meets = true
        if (!struck) {
          reward = 1
          struck = 1
          bricks[toY * SIDE + toX] = 0
          toY = y
          down = -down
        }
      } else if (toY === LAST) {
        if (!bricks.includes(1)) wall()
        if (x === paddle) {
          down = -down
          toY = y
        } else if (toX === paddle) {
          // Met with its edge, the ball goes back where it came from.
          right = -right
          down = -down
          toY = y
        } else terminated = true
      }
      if (!meets) struck = 0
      ;[x, y] = [toX, toY]
      return { reward, terminated }
    },
    observe(out, at) {
      out.fill(0, at, at + bricks.length * CHANNELS.length)
      const paint = painter(out, at, CHANNELS.length)
      paint(LAST, paddle, 0)
      paint(y, x, 1)
      paint(trailY, trailX, 2)
      for (const [cell, there] of bricks.entries()) if (there) paint(Math.floor(cell / SIDE), cell % SIDE, 3)
    },
    save: () => [x, y, right, down, trailX, trailY, paddle, struck, ...bricks],
    restore(saved) {
      ;[x, y, right, down, trailX, trailY, paddle, struck] = saved as [
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
      ]
      bricks.set(saved.slice(8))
    },
  }
}

export const breakoutRules: Rules = {
  name: 'breakout',
  summary: 'keep the ball above the paddle and break the bricks',
  observation: gridBox(CHANNELS),
  actions: ACTIONS,
  minimal: ['noop', 'left', 'right'],
  sticky: 0.1,
  create: breakout,
}
