// Breakout, Freeway and the pole on a cart: what their rules say, and what other programs of them do.
import { describe, expect, it } from 'vitest'
import { makeEnvironment, rulesNamed } from '../../src/environments/index.ts'
import { randomStream } from '../../src/util/random.ts'

const nothing = () => randomStream(0, 'none')

/** A game at a state of its own. */
function gameAt(name: string, change: (saved: number[]) => void) {
  const game = rulesNamed(name).create()
  game.reset(randomStream(1, 'none'))
  const saved = game.save()
  change(saved)
  game.restore(saved)
  return game
}

describe('Breakout', () => {
  // Of its state: x, y, right, down, trail x, trail y, paddle, struck, bricks.
  const ball = (x: number, y: number, right: number, down: number, paddle = 4) =>
    gameAt('breakout', (saved) => saved.splice(0, 7, x, y, right, down, x, y, paddle))
  const place = (game: ReturnType<typeof ball>) => game.save().slice(0, 4)

  it('has the ball come back from walls', () => {
    const game = ball(0, 5, -1, 1)
    expect(game.step(0, nothing)).toEqual({ reward: 0, terminated: false })
    expect(place(game)).toEqual([0, 6, 1, 1])
  })

  it('breaks a brick, comes back from it, and passes the next', () => {
    const game = ball(4, 4, 1, -1)
    expect(game.step(0, nothing).reward).toBe(1)
    expect(place(game)).toEqual([5, 4, 1, 1])
    expect(game.save().slice(8).filter(Boolean)).toHaveLength(29)
  })

  it('comes back from the paddle, and from its edge the way it came; beside it the game is over', () => {
    const met = ball(4, 8, 1, 1)
    expect(met.step(0, nothing).terminated).toBe(false)
    expect(place(met)).toEqual([5, 8, 1, -1])
    const edge = ball(3, 8, 1, 1)
    expect(edge.step(0, nothing).terminated).toBe(false)
    expect(place(edge)).toEqual([4, 8, -1, -1])
    expect(ball(7, 8, 1, 1).step(0, nothing).terminated).toBe(true)
  })

  it('has a new wall when the last brick is gone and the ball is at the bottom', () => {
    const game = gameAt('breakout', (saved) => {
      saved.splice(0, 7, 4, 8, 1, 1, 4, 8, 4)
      saved.fill(0, 8)
    })
    game.step(0, nothing)
    expect(game.save().slice(8).filter(Boolean)).toHaveLength(30)
  })
})

describe('Freeway', () => {
  // Of its state: row, steps until the chicken moves, steps left; then columns, speeds and timers of eight cars.
  it('pays for each crossing and draws new cars', () => {
    const game = gameAt('freeway', (saved) => saved.splice(0, 2, 1, 0))
    const before = game.save().slice(11, 19)
    expect(game.step(2, () => randomStream(8, 'cars'))).toEqual({ reward: 1, terminated: false })
    const [row, ...rest] = game.save()
    expect(row).toBe(9)
    expect(rest.slice(10, 18)).not.toEqual(before)
    expect(rest.slice(10, 18).every((speed) => Math.abs(speed) >= 1 && Math.abs(speed) <= 5)).toBe(true)
  })

  it('sends a chicken that is hit back to where it began', () => {
    const game = gameAt('freeway', (saved) => {
      saved.splice(0, 2, 5, 2)
      // The car of its row stands one column before it, and moves now.
      saved[3 + 4] = 3
      saved[11 + 4] = 2
      saved[19 + 4] = 0
    })
    game.step(0, nothing)
    expect(game.save()[0]).toBe(9)
  })
})

it('the pole on a cart moves as that of Gymnasium 1.4.0', () => {
  const game = gameAt('cart-pole', (saved) => saved.splice(0, 4, 0.01, -0.02, 0.03, 0.04))
  for (const action of [1, 0, 1, 1, 0, 1, 0, 0, 1, 1, 1, 1, 1, 1]) game.step(action, nothing)
  expect(game.save()).toEqual([
    expect.closeTo(0.09371520626506655, 14),
    expect.closeTo(1.1500772771873153, 14),
    expect.closeTo(-0.08375506396907006, 14),
    expect.closeTo(-1.7055678240026342, 14),
  ])
  const { truncated } = (() => {
    const environment = makeEnvironment('cart-pole', { maxEpisodeSteps: 1 })
    environment.reset()
    return environment.step(0)
  })()
  expect(truncated).toBe(true)
})
