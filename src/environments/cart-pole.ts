// A pole on a cart that is pushed left or right (Barto, Sutton and Anderson 1983), with the numbers of Gymnasium's CartPole-v1.
import { type Game, keeping, type Rules } from './game.ts'
import { COLORS, emptyPicture, fillRect, type GamePicture } from './picture.ts'

const GRAVITY = 9.8
const CART = 1
const POLE = 0.1
/** Half of the pole. */
const LENGTH = 0.5
const FORCE = 10
/** Seconds of a step. */
const TAU = 0.02
const FARTHEST = 2.4
/** 12 degrees. */
const STEEPEST = (12 * 2 * Math.PI) / 360
/** Where an episode begins: each of the four numbers at most so far from 0. */
const START = 0.05

/** Pixels of the picture's side, and of a metre. */
const [SIDE, METRE] = [160, 30]

/** The cart from the side, on its track. */
function drawn(x: number, angle: number): GamePicture {
  const picture = emptyPicture(SIDE, SIDE)
  const [middle, track] = [SIDE / 2 + x * METRE, SIDE * 0.8]
  fillRect(picture, { x: 0, y: track, w: SIDE, h: 2 }, COLORS[4]!)
  fillRect(picture, { x: middle - 14, y: track - 16, w: 28, h: 16 }, COLORS[0]!)
  // Four times as long as it is, or nobody would see it lean.
  const length = 4 * 2 * LENGTH * METRE * 0.75
  for (let along = 0; along < length; along++)
    fillRect(
      picture,
      { x: middle + along * Math.sin(angle) - 2, y: track - 16 - along * Math.cos(angle), w: 5, h: 2 },
      COLORS[3]!,
    )
  return picture
}

function cartPole(): Game {
  /** Position and speed of the cart, angle of the pole and its speed; Euler's method in double precision. */
  const now = { x: 0, speed: 0, angle: 0, turn: 0 }
  return {
    reset(random) {
      ;[now.x, now.speed, now.angle, now.turn] = Array.from(
        { length: 4 },
        () => START * (2 * random.uniform() - 1),
      ) as [number, number, number, number]
    },
    step(action) {
      const [cos, sin] = [Math.cos(now.angle), Math.sin(now.angle)]
      const push = ((action === 1 ? FORCE : -FORCE) + POLE * LENGTH * now.turn ** 2 * sin) / (CART + POLE)
      const turning = (GRAVITY * sin - cos * push) / (LENGTH * (4 / 3 - (POLE * cos ** 2) / (CART + POLE)))
      const speeding = push - (POLE * LENGTH * turning * cos) / (CART + POLE)
      ;[now.x, now.speed, now.angle, now.turn] = [
        now.x + TAU * now.speed,
        now.speed + TAU * speeding,
        now.angle + TAU * now.turn,
        now.turn + TAU * turning,
      ]
      return { reward: 1, terminated: Math.abs(now.x) > FARTHEST || Math.abs(now.angle) > STEEPEST }
    },
    observe(out, at) {
      out.set([now.x, now.speed, now.angle, now.turn], at)
    },
    render: () => drawn(now.x, now.angle),
    ...keeping(now),
  }
}

export const cartPoleRules: Rules = {
  name: 'cart-pole',
  summary: 'balance a pole on a cart for 500 steps',
  observation: {
    shape: [4],
    dtype: 'float32',
    low: [-2 * FARTHEST, Number.NEGATIVE_INFINITY, -2 * STEEPEST, Number.NEGATIVE_INFINITY],
    high: [2 * FARTHEST, Number.POSITIVE_INFINITY, 2 * STEEPEST, Number.POSITIVE_INFINITY],
    names: ['position', 'velocity', 'angle', 'angular velocity'],
  },
  actions: ['left', 'right'],
  minimal: ['left', 'right'],
  maxEpisodeSteps: 500,
  solved: 475,
  create: cartPole,
}
