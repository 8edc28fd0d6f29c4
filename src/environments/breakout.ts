// Breakout on ten by ten cells, by the rules of MinAtar (Young and Tian 2019, arXiv:1903.03176).
import { type Game, keeping, type Rules } from './game.ts'
import { ACTIONS, gridBox, painter, SIDE } from './grid.ts'

const CHANNELS = ['paddle', 'ball', 'trail', 'brick']
const LAST = SIDE - 1
/** Rows of bricks: the first, and how many. */
const BRICKS = { from: SIDE, rows: 3 }

function breakout(): Game {
  const bricks = new Uint8Array(SIDE * SIDE)
  /** The ball moves along a diagonal: `right` and `down` are 1 or -1. A trail stays where it was. After it has hit a brick (`struck`) it goes through the next one. */
  const now = { x: 0, y: 0, right: 0, down: 0, trailX: 0, trailY: 0, paddle: 0, struck: 0 }

  const wall = (): void => {
    bricks.fill(1, BRICKS.from, BRICKS.from + BRICKS.rows * SIDE)
  }

  return {
    reset(random) {
      bricks.fill(0)
      wall()
      const fromLeft = random.integer(2) === 0
      ;[now.x, now.y, now.right, now.down] = [fromLeft ? 0 : LAST, 3, fromLeft ? 1 : -1, 1]
      ;[now.trailX, now.trailY, now.paddle, now.struck] = [now.x, now.y, 4, 0]
    },
    step(action) {
      if (ACTIONS[action] === 'left') now.paddle = Math.max(0, now.paddle - 1)
      else if (ACTIONS[action] === 'right') now.paddle = Math.min(LAST, now.paddle + 1)
      ;[now.trailX, now.trailY] = [now.x, now.y]
      let [toX, toY] = [now.x + now.right, now.y + now.down]
      let [reward, terminated, meets] = [0, false, false]
      if (toX < 0 || toX > LAST) {
        toX = Math.min(LAST, Math.max(0, toX))
        now.right = -now.right
      }
      if (toY < 0) {
        toY = 0
        now.down = -now.down
      } else if (bricks[toY * SIDE + toX]) {
        meets = true
        if (!now.struck) {
          reward = 1
          now.struck = 1
          bricks[toY * SIDE + toX] = 0
          toY = now.y
          now.down = -now.down
        }
      } else if (toY === LAST) {
        if (!bricks.includes(1)) wall()
        if (now.x === now.paddle) {
          now.down = -now.down
          toY = now.y
        } else if (toX === now.paddle) {
          // Met with its edge, the ball goes back where it came from.
          now.right = -now.right
          now.down = -now.down
          toY = now.y
        } else terminated = true
      }
      if (!meets) now.struck = 0
      ;[now.x, now.y] = [toX, toY]
      return { reward, terminated }
    },
    observe(out, at) {
      out.fill(0, at, at + bricks.length * CHANNELS.length)
      const paint = painter(out, at, CHANNELS.length)
      paint(LAST, now.paddle, 0)
      paint(now.y, now.x, 1)
      paint(now.trailY, now.trailX, 2)
      for (const [cell, there] of bricks.entries()) if (there) paint(Math.floor(cell / SIDE), cell % SIDE, 3)
    },
    ...keeping(now, [bricks]),
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
