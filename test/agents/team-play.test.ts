// Teams that train: what they are fed with, and that they go on as if they had never stopped.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { leverDraws, teamPeriod, teamPlay, teamReturns } from '../../src/agents/index.ts'
import type { ColumnData, Source } from '../../src/data/source.ts'
import { leverRanks, trafficRules } from '../../src/environments/index.ts'
import { commnet } from '../../src/models/commnet.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import type { TrainingState } from '../../src/training/state.ts'
import { train } from '../../src/training/trainer.ts'

const rules = trafficRules({ cars: 3, steps: 6, arrival: [0.5, 1] })
const options = { rules, normalize: true, curriculum: { from: 1, to: 3 } }
const period = teamPeriod(rules)
const BATCH = 2

const columnsFor = ({ columns }: Source): Record<string, ColumnData> =>
  Object.fromEntries(
    Object.entries(columns).map(([name, { shape, dtype, count = BATCH }]) => {
      const size = shape.reduce((a, b) => a * b, count)
      if (dtype === 'int64') return [name, new BigInt64Array(size)]
      return [name, dtype === 'int32' ? new Int32Array(size) : new Float32Array(size)]
    }),
  )

/** Plays as a policy would that goes more often the farther a car is. */
function played(steps: number, from = 0, saved?: unknown) {
  const source = teamPlay(options)
  const open = source.open({ seed: 3, batchSize: BATCH, draws: 1 })
  if (saved) open.restore!(saved as never)
  const fed: Record<string, number[]>[] = []
  for (let step = from; step < steps; step++) {
    const columns = columnsFor(source)
    open.fill(step, 0, columns)
    fed.push(
      Object.fromEntries(
        Object.entries(columns).map(([name, data]) => [name, Array.from(data as Float32Array)]),
      ),
    )
    const [observation, size] = [columns.observation as Float32Array, 10]
    const go = Array.from({ length: BATCH * 3 }, (_, i) => 0.5 + 0.4 * observation[i * size + 5]!)
    open.take!(step, {
      probabilities: Float32Array.from(go.flatMap((p) => [p, 1 - p])),
      value: Float32Array.from(go, (p) => -p),
    })
  }
  return { open, fed }
}

describe('what a team that plays is fed with', () => {
  const { fed } = played(4 * period)
  const learning = fed.slice(period + period / 2, 2 * period)
  const playing = fed.slice(period, period + period / 2)

  it('is the game while it plays, and then the same again with what came of it', () => {
    playing.forEach((now, t) => {
      expect(now.weight!.every((weight) => weight === 0)).toBe(true)
      expect(learning[t]!.observation).toEqual(now.observation)
      expect(learning[t]!.present).toEqual(now.present)
    })
    const weights = learning.flatMap(({ weight }) => weight!)
    expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 5)
    expect(weights.map((weight) => weight > 0)).toEqual(
      learning.flatMap(({ present }) => present!.map((there) => there > 0)),
    )
  })
  it('has advantages of mean 0 and deviation 1 over all that was played, by returns less what was expected', () => {
    const there = learning.flatMap(({ advantage, return: returns, observation, present }) =>
      advantage!.flatMap((a, i) =>
        present![i] ? [{ a, raw: returns![i]! + 0.5 + 0.4 * observation![i * 10 + 5]! }] : [],
      ),
    )
    const mean = there.reduce((sum, { raw }) => sum + raw, 0) / there.length
    const deviation = Math.sqrt(there.reduce((sum, { raw }) => sum + (raw - mean) ** 2, 0) / there.length)
    expect(there.length).toBeGreaterThan(10)
    for (const { a, raw } of there) expect(a).toBeCloseTo((raw - mean) / deviation, 4)
  })
  it('tells how the task gets harder, and what was played', () => {
    expect([0, 1, 2, 3].map((update) => fed[update * period]!.level![0])).toEqual([0, 0, 0.5, 1])
    const { entropy, meanReturn, valueError } = fed.at(-1)!
    expect(entropy![0]).toBeGreaterThan(0.2)
    expect(meanReturn![0]).toBeLessThan(0)
    expect(valueError![0]).toBeGreaterThan(0)
  })
  it.each([2, period / 2, period - 2, 2 * period])('goes on exactly from a state after %i steps', (steps) => {
    const again = played(3 * period, steps, structuredClone(played(steps).open.save!()))
    expect(again.fed).toEqual(fed.slice(steps, 3 * period))
  })
  it('has returns that end where a car goes away', () => {
    const rewards = [[1], [2], [4], [8]].map((row) => Float32Array.from(row))
    const present = [[1], [1], [0], [1]].map((row) => Float32Array.from(row))
    expect(teamReturns(rewards, present).map(([x]) => x)).toEqual([3, 2, 0, 8])
  })
  it('refuses states of other teams', () => {
    const open = teamPlay({ ...options, rules: trafficRules({ cars: 2, steps: 6 }) }).open({
      seed: 1,
      batchSize: BATCH,
      draws: 1,
    })
    expect(() => open.restore!({})).toThrow('expected the state of what a team plays')
    expect(() => open.restore!(played(3).open.save!() as never)).toThrow()
  })
})

describe('draws of agents at the levers', () => {
  it('follow from seed and step, each with its rank', () => {
    const source = leverDraws({ agents: 4, pool: 9 })
    const drawn = (seed: number, step: number) => {
      const columns = columnsFor(source) as Record<string, BigInt64Array>
      source.open({ seed, batchSize: BATCH, draws: 1 }).fill(step, 0, columns as never)
      return [columns.agents!, columns.rank!].map((column) => Array.from(column, Number)) as [
        number[],
        number[],
      ]
    }
    const [ids, ranks] = drawn(1, 5)
    expect(drawn(1, 5)).toEqual([ids, ranks])
    expect(new Set([drawn(1, 5), drawn(1, 6), drawn(2, 5)].map(([each]) => String(each))).size).toBe(3)
    expect(ids.every((id) => id >= 0 && id < 9)).toBe(true)
    for (const at of [0, 4]) expect(ranks.slice(at, at + 4)).toEqual(leverRanks(ids.slice(at, at + 4)))
  })
})

describe('a training of a team', () => {
  let engine: Engine
  beforeAll(async () => {
    engine = await nodeEngine({ threads: 1 })
  })
  afterAll(() => engine.close())

  const given = { pool: 20, width: 4, agents: 3, harderFrom: 0, harderTo: 2 }
  async function run(task: 'levers' | 'traffic', steps: number, from?: TrainingState) {
    const settled = commnet.settle!(commnet.options.parse({ ...given, task, learning: 'reinforce' }))
    const objective = commnet.objective(settled, { columns: {} })
    const source = commnet.source!(settled)
    let last: TrainingState | undefined
    const rows: unknown[] = []
    const settings = { batchSize: 3, seed: 5, checkpointEvery: 27, steps }
    for await (const event of train({
      objective,
      source,
      engine,
      ...settings,
      ...(from ? { from } : {}),
    } as never)) {
      if (event.type === 'checkpoint') last = structuredClone(event.state)
      if (event.type === 'steps') rows.push(...event.rows)
    }
    return { rows, last: last! }
  }

  it.each(['levers', 'traffic'] as const)(
    'that was stopped and resumed ends with the same numbers: %s',
    async (task) => {
      const whole = await run(task, 81)
      const half = await run(task, 54)
      const rest = await run(task, 81, half.last)
      expect([...half.rows, ...rest.rows]).toEqual(whole.rows)
      expect(rest.last.arrays).toEqual(whole.last.arrays)
    },
  )
})
