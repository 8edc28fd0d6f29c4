// Two one-way roads that cross: cars who see nothing of each other go or brake, and two in one cell have collided.
import { ConfigError } from '../util/errors.ts'
import type { Observation } from './spaces.ts'
import type { TeamGame, TeamRules } from './team.ts'

export interface TrafficOptions {
  /** Cells of a road; the roads cross in the middle. Odd; default 7. */
  readonly side?: number
  /** Cars that are on the roads at most; default 5. */
  readonly cars?: number
  /** Steps of an episode; default 20. */
  readonly steps?: number
  /** Probability that a car arrives at a road's beginning in a step, at the easiest and at full hardness. Default .1 and .3 */
  readonly arrival?: readonly [easiest: number, full: number]
  /** How many cells around it a car sees; 0 for none, 1 for the square of nine cells. Default 0. */
  readonly vision?: number
}

const BRAKE = 1
const COLLISION = -10
/** For each step that a car has been on the road. */
const WAITING = -0.01

/** Where a car is that has gone so far on its road, row and column. */
export const cellOf = (road: number, gone: number, side: number): readonly [number, number] => {
  const middle = (side - 1) / 2
  return road === 0 ? [gone, middle] : [middle, gone]
}

/** @throws ConfigError for options that cannot be */
function checked({ side = 7, cars = 5, steps = 20, arrival = [0.1, 0.3], vision = 0 }: TrafficOptions) {
  if (!(Number.isInteger(side) && side >= 3 && side % 2 === 1))
    throw new ConfigError(`traffic: expected an odd number of cells of a road, at least 3, got ${side}`)
  if (!(Number.isInteger(cars) && cars >= 2))
    throw new ConfigError(`traffic: expected at least 2 cars, got ${cars}`)
  if (!(Number.isInteger(steps) && steps >= 1))
    throw new ConfigError(`traffic: expected a positive whole number of steps, got ${steps}`)
  if (!arrival.every((p) => p >= 0 && p <= 1))
    throw new ConfigError(
      `traffic: expected probabilities of arrival from 0 to 1, got ${arrival.join(' and ')}`,
    )
  if (!(Number.isInteger(vision) && vision >= 0 && vision < side))
    throw new ConfigError(`traffic: expected a vision from 0 to ${side - 1} cells, got ${vision}`)
  return { side, cars, steps, arrival, vision }
}

/**
 * The easy junction: a car goes straight along its road and is gone at its end; collisions are punished and nothing more comes of them. In a
 * step all cars act, then others arrive, then who shares a cell has collided. Each car is told what it has done itself.
 *
 * What a car sees: the road it is on, one of two; how far it has gone, one of `side`; whether it braked last; and, with vision, whether there is
 * another car in each cell of the square around it.
 *
 * @throws ConfigError for options that cannot be
 * @source Sukhbaatar, Szlam & Fergus 2016, arXiv:1605.07736, section 4.2; the easy version of Singh et al. 2019, arXiv:1812.09755
 */
export function trafficRules(options: TrafficOptions = {}): TeamRules {
  const { side, cars, steps, arrival, vision } = checked(options)
  const around = vision === 0 ? 0 : (2 * vision + 1) ** 2
  const features = 2 + side + 1 + around
  return {
    name: 'traffic',
    summary: `${cars} cars on two one-way roads of ${side} cells that cross, each goes or brakes`,
    agents: cars,
    observation: {
      shape: [features],
      dtype: 'float32',
      low: 0,
      high: 1,
      names: [
        ...['road down', 'road across'],
        ...Array.from({ length: side }, (_, i) => `gone ${i}`),
        'braked',
        ...Array.from({ length: around }, (_, i) => `seen ${i}`),
      ],
    },
    actions: ['gas', 'brake'],
    steps,
    measures: [
      { name: 'success', label: 'Episodes without a collision', better: 'higher', format: 'percent' },
      { name: 'collisions', label: 'Cars in collisions per step', better: 'lower', format: 'number' },
      { name: 'waited', label: 'Steps that a car takes to get through', better: 'lower', format: 'number' },
    ],
    create(): TeamGame {
      /** Of each car: its road, or -1; how far it has gone; steps on the road; whether it braked last. */
      const road = new Int32Array(cars).fill(-1)
      const gone = new Int32Array(cars)
      const waited = new Int32Array(cars)
      const braked = new Int32Array(cars)
      /** Sums over the episode. */
      const sums = { rate: 0, steps: 0, collided: 0, through: 0, took: 0 }
      const others = (i: number, row: number, column: number): boolean =>
        road.some((on, j) => {
          if (j === i || on < 0) return false
          const [itsRow, itsColumn] = cellOf(on, gone[j]!, side)
          return itsRow === row && itsColumn === column
        })
      return {
        reset(_, level) {
          for (const each of [gone, waited, braked]) each.fill(0)
          road.fill(-1)
          Object.assign(sums, { steps: 0, collided: 0, through: 0, took: 0 })
          sums.rate = arrival[0] + (arrival[1] - arrival[0]) * level
        },
        step(actions, chance, rewards) {
          const random = chance()
          for (let i = 0; i < cars; i++) {
            if (road[i]! < 0) continue
            waited[i]!++
            braked[i] = actions[i] === BRAKE ? 1 : 0
            if (!braked[i]) gone[i]!++
            if (gone[i] === side) {
              sums.through++
              sums.took += waited[i]!
              road[i] = -1
            }
          }
          for (let on = 0; on < 2; on++) {
            const arrives = random.uniform() < sums.rate
            const free = road.indexOf(-1)
            if (!arrives || free < 0) continue
            road[free] = on
            for (const each of [gone, waited, braked]) each[free] = 0
          }
          for (let i = 0; i < cars; i++) {
            if (road[i]! < 0) continue
            const [row, column] = cellOf(road[i]!, gone[i]!, side)
            const hit = others(i, row, column)
            if (hit) sums.collided++
            rewards[i] = (hit ? COLLISION : 0) + WAITING * waited[i]!
          }
          sums.steps++
          return false
        },
        observe(out: Observation, at) {
          out.fill(0, at, at + cars * features)
          for (let i = 0; i < cars; i++) {
            if (road[i]! < 0) continue
            const from = at + i * features
            out[from + road[i]!] = 1
            out[from + 2 + gone[i]!] = 1
            out[from + 2 + side] = braked[i]!
            if (around === 0) continue
            const [row, column] = cellOf(road[i]!, gone[i]!, side)
            let place = from + 3 + side
            for (let down = -vision; down <= vision; down++)
              for (let across = -vision; across <= vision; across++)
                out[place++] = others(i, row + down, column + across) ? 1 : 0
          }
        },
        present(out, at) {
          for (let i = 0; i < cars; i++) out[at + i] = road[i]! >= 0 ? 1 : 0
        },
        outcome: () => [
          sums.collided === 0 ? 1 : 0,
          sums.collided / Math.max(1, sums.steps),
          sums.through === 0 ? Number.NaN : sums.took / sums.through,
        ],
        save: () => [...Object.values(sums), ...road, ...gone, ...waited, ...braked],
        restore(saved) {
          const numbers = [...saved]
          for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] = numbers.shift()!
          for (const each of [road, gone, waited, braked]) each.set(numbers.splice(0, cars))
        },
      }
    },
  }
}
