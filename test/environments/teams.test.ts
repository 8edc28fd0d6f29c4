// Tasks of teams: their rules as properties, chance that follows from seeds, and states that go on exactly.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  cellOf,
  distinctLevers,
  leverRanks,
  leversRules,
  type TeamRules,
  teams,
  trafficRules,
} from '../../src/environments/index.ts'
import { ConfigError } from '../../src/util/errors.ts'
import { randomStream } from '../../src/util/random.ts'

const actionsOf = (seed: number, step: number, count: number, n: number): number[] => {
  const random = randomStream(seed, 'act', step)
  return Array.from({ length: count }, () => random.integer(n))
}

describe('levers', () => {
  it('pay for different levers, the same to all', () => {
    const games = teams(leversRules({ agents: 4, pool: 10 }), 2)
    games.reset(1)
    expect(games.step([0, 1, 2, 3, 2, 2, 0, 2])).toBe(true)
    expect(Array.from(games.rewards)).toEqual([1, 1, 1, 1].concat(new Array(4).fill(Math.fround(1 / 3))))
    expect(games.outcomes().map(({ outcome }) => outcome)).toEqual([
      [1, 1],
      [1 / 3, 0.5],
    ])
  })
  it('rank agents by their numbers, those of one number by their places', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 8 }), (ids) => {
        const ranks = leverRanks(ids)
        expect(distinctLevers(ranks)).toBe(ids.length)
        const sorted = ids.map((_, i) => ids[ranks.indexOf(i)]!)
        expect(sorted).toEqual([...ids].sort((a, b) => a - b))
      }),
    )
  })
  it('know what chance comes to', () => {
    const rules = leversRules()
    const games = teams(rules, 2000)
    games.reset(3)
    games.step(actionsOf(1, 0, 10_000, 5))
    for (const [i, { byChance }] of rules.measures.entries()) {
      const mean = games.outcomes().reduce((sum, { outcome }) => sum + outcome[i]!, 0) / 2000
      expect(Math.abs(mean - byChance!)).toBeLessThan(0.015)
    }
    expect(rules.measures.map(({ byChance }) => byChance!.toFixed(3))).toEqual(['0.590', '0.672'])
  })
})

/** What a game holds: of each car its road, how far it is, its steps and whether it braked, behind five sums. */
function carsOf(saved: readonly number[], cars: number) {
  const [road, gone, waited, braked] = [0, 1, 2, 3].map((k) => saved.slice(5 + k * cars, 5 + (k + 1) * cars))
  return Array.from({ length: cars }, (_, i) => ({
    ...{ road: road![i]!, gone: gone![i]!, waited: waited![i]!, braked: braked![i]! },
  }))
}

describe('the junction', () => {
  it('moves cars by one cell or none, lets them go at the end, and counts who shares a cell', () => {
    const choice = fc.record({
      seed: fc.nat(1000),
      side: fc.constantFrom(3, 5, 7),
      cars: fc.integer({ min: 2, max: 6 }),
      rate: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(choice, ({ seed, side, cars, rate }) => {
        const rules = trafficRules({ side, cars, arrival: [0, rate] })
        const game = rules.create()
        game.reset(randomStream(seed, 'reset'), 1)
        const rewards = new Float32Array(cars)
        let [collided, through] = [0, 0]
        for (let step = 0; step < 20; step++) {
          const before = carsOf(game.save(), cars)
          const actions = actionsOf(seed, step, cars, 2)
          rewards.fill(0)
          expect(game.step(actions, () => randomStream(seed, 'step', step), rewards)).toBe(false)
          const after = carsOf(game.save(), cars)
          const cells = after.map(({ road, gone }) => (road < 0 ? '' : cellOf(road, gone, side).join()))
          after.forEach((car, i) => {
            const was = before[i]!
            const moved = was.road >= 0 ? was.gone + (actions[i] === 0 ? 1 : 0) : -1
            const left = moved === side
            if (left) through++
            if (was.road >= 0 && !left)
              expect(car).toEqual({ road: was.road, gone: moved, waited: was.waited + 1, braked: actions[i] })
            // Nobody appears but at the beginning of a road.
            else if (car.road >= 0) expect([car.gone, car.waited]).toEqual([0, 0])
            const hit = car.road >= 0 && cells.filter((cell) => cell === cells[i]).length > 1
            if (hit) collided++
            expect(rewards[i]).toBeCloseTo(car.road < 0 ? 0 : (hit ? -10 : 0) - 0.01 * car.waited, 5)
          })
        }
        const [success, perStep, took] = game.outcome()
        expect(success).toBe(collided === 0 ? 1 : 0)
        expect(perStep).toBeCloseTo(collided / 20, 9)
        if (through === 0) expect(took).toBeNaN()
        else expect(took).toBeGreaterThanOrEqual(side)
      }),
      { numRuns: 60 },
    )
  })
  it('crosses in the middle only', () => {
    const cells = [0, 1].map((road) => Array.from({ length: 7 }, (_, gone) => cellOf(road, gone, 7).join()))
    expect(cells[0]!.filter((cell) => cells[1]!.includes(cell))).toEqual(['3,3'])
  })
  it('shows a car itself, and with vision who is around it', () => {
    const game = trafficRules({ cars: 2, vision: 1 }).create()
    // On the first road after four cells, and right behind it.
    game.restore([0, 0, 0, 0, 0, ...[0, 0], ...[4, 3], ...[5, 3], ...[0, 1]])
    const out = new Float32Array(2 * 19)
    game.observe(out, 0)
    const first = [1, 0, ...[0, 0, 0, 0, 1, 0, 0], 0, ...[0, 1, 0, 0, 0, 0, 0, 0, 0]]
    const second = [1, 0, ...[0, 0, 0, 1, 0, 0, 0], 1, ...[0, 0, 0, 0, 0, 0, 0, 1, 0]]
    expect(Array.from(out)).toEqual([...first, ...second])
  })
  it('gets busier with its level', () => {
    const arrived = (level: number): number => {
      const games = teams(trafficRules(), 30)
      games.reset(1, level)
      let seen = 0
      for (let step = 0; step < 20; step++) {
        games.step(new Array(150).fill(0))
        seen += games.present.reduce((a, b) => a + b)
      }
      return seen
    }
    expect(arrived(1)).toBeGreaterThan(1.5 * arrived(0))
  })
})

describe('teams', () => {
  const all: readonly TeamRules[] = [leversRules(), trafficRules()]
  it.each(all.map((rules) => [rules.name, rules] as const))(
    'go on exactly from what was saved: %s',
    (_, rules) => {
      const played = (from: ReturnType<typeof teams>, steps: number, first: number): number[][] => {
        const seen: number[][] = []
        for (let step = first; step < first + steps; step++) {
          if (from.step(actionsOf(5, step, 3 * rules.agents, rules.actions.length))) {
            seen.push(from.outcomes().flatMap(({ outcome, return: sum }) => [...outcome, sum]))
            from.next(0.5)
          }
          seen.push([...from.observations, ...from.rewards, ...from.present])
        }
        return seen
      }
      const whole = teams(rules, 3)
      whole.reset(9)
      const half = teams(rules, 3)
      half.reset(9)
      played(half, 25, 0)
      const saved = JSON.parse(JSON.stringify(half.save()))
      const rest = teams(rules, 3)
      rest.restore(saved)
      const wanted = played(whole, 60, 0)
      const got = played(rest, 35, 25)
      // Rewards are of the step before, which a state does not hold.
      expect(got).toEqual(wanted.slice(wanted.length - got.length))
      expect(() => teams(rules, 2).restore(saved)).toThrow('expected the state of 2 teams, got that of 3')
    },
  )
  it('differ from copy to copy, and are the same by seed', () => {
    const seen = (seed: number): number[][] => {
      const games = teams(leversRules(), 3)
      games.reset(seed)
      return [0, 1, 2].map((i) => Array.from(games.observations.subarray(5 * i, 5 * i + 5)))
    }
    expect(seen(1)).toEqual(seen(1))
    expect(new Set([...seen(1), ...seen(2)].map(String)).size).toBe(6)
  })
  it('refuse what cannot be', () => {
    const games = teams(trafficRules({ arrival: [1, 1] }), 1)
    expect(() => games.step([0, 0, 0, 0, 0])).toThrow('no episode has begun')
    games.reset(1)
    games.step([0, 0, 0, 0, 0])
    expect(() => games.step([2, 0, 0, 0, 0])).toThrow('expected an action from 0 to 1 (gas, brake), got 2')
    expect(() => teams(leversRules(), 0)).toThrow(ConfigError)
    expect(() => leversRules({ agents: 1 })).toThrow('at least two agents, got 1')
    expect(() => leversRules({ agents: 9, pool: 8 })).toThrow('at least as many as the 9 agents')
    expect(() => trafficRules({ side: 6 })).toThrow('an odd number of cells')
    expect(() => trafficRules({ arrival: [0.1, 2] })).toThrow('from 0 to 1, got 0.1 and 2')
    expect(() => trafficRules({ vision: 9 })).toThrow('a vision from 0 to 6 cells, got 9')
    expect(() => trafficRules({ cars: 1 })).toThrow('at least 2 cars')
    const levers = teams(leversRules(), 1)
    levers.reset(1)
    levers.step([0, 1, 2, 3, 4])
    expect(() => levers.step([0, 1, 2, 3, 4])).toThrow('the episode has ended')
  })
})
