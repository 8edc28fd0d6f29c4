// A game that agent and person play in a page, and what is told of it.
import { describe, expect, it } from 'vitest'
import { makeEnvironment } from '../../src/environments/index.ts'
import {
  AgentGame,
  cellSaliency,
  disagreements,
  meanReturn,
  type Score,
  type Think,
} from '../../web/src/lib/agent-play.ts'

/** Pushes the cart back; sure of it where the pole leans far. */
const think: Think = async (seen) => ({
  values: [-seen[2]!, seen[2]!],
  saliency: [new Float32Array(4), new Float32Array(4)],
})
const game = (seed: number): AgentGame => new AgentGame(makeEnvironment('cart-pole'), think, seed)
async function played(game: AgentGame, action?: number): Promise<AgentGame> {
  while (!game.isOver) await game.step(action)
  return game
}

describe('a game in a page', () => {
  it('is the same for a seed, whoever watches, and has a score once it is over', async () => {
    const [one, other] = [await played(game(3)), await played(game(3))]
    expect(one.moments.map(({ action }) => action)).toEqual(other.moments.map(({ action }) => action))
    expect(one.score).toEqual({ seed: 3, return: one.moments.length, steps: one.moments.length, by: 'agent' })
    expect(one.moments.at(-1)!.end).toBe('game')
    expect(await one.step()).toBeUndefined()
    expect((await played(game(3), 1)).score!.by).toBe('person')
  })

  it('goes back to a step and on from there, and counts for nobody then', async () => {
    const whole = await played(game(4))
    const again = await played(game(4))
    again.rewind(5)
    expect(again.moments).toHaveLength(5)
    expect(again.isOver).toBe(false)
    await played(again)
    expect(again.moments.map(({ saved }) => saved)).toEqual(whole.moments.map(({ saved }) => saved))
    expect(again.score!.by).toBe('both')
  })

  it('makes one step at a time', async () => {
    const one = game(5)
    const steps = await Promise.all([one.step(), one.step(), one.step()])
    expect(steps.filter((step) => step !== undefined)).toHaveLength(1)
  })

  it('knows where actions disagree most, some steps apart', async () => {
    const { moments } = await played(game(3))
    const found = disagreements(moments, 3)
    const spread = ({ thought: { values } }: (typeof moments)[number]): number =>
      Math.abs(values[0]! - values[1]!)
    expect(spread(found[0]!)).toBe(Math.max(...moments.map(spread)))
    for (const [i, moment] of found.entries())
      for (const other of found.slice(i + 1)) expect(Math.abs(moment.step - other.step)).toBeGreaterThan(5)
  })
})

it('scores have a mean with Student’s interval', () => {
  const scores = [2, 4, 9].map((value, seed): Score => ({ seed, return: value, steps: 1, by: 'person' }))
  expect(meanReturn([])).toBeUndefined()
  expect(meanReturn(scores.slice(0, 1))).toEqual({ mean: 2, n: 1 })
  const { mean, half, n } = meanReturn(scores)!
  expect([mean, n]).toEqual([5, 3])
  // Standard deviation 3.606 over the root of 3, times 4.3027.
  expect(half).toBeCloseTo(8.957, 2)
})

it('what matters in a cell is the sum over all that could be there, beside the cell that matters most', () => {
  expect([...cellSaliency(Float32Array.of(1, -1, 0, 0.5, 0, 0), 2)]).toEqual([1, 0.25, 0])
})
