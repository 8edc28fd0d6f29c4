// Sources of columns in a training: their types, a state of their own, what they take back, and none at all.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Columns,
  noData,
  type OpenSource,
  type SavedSource,
  type Source,
} from '../../src/data/source.ts'
import * as g from '../../src/graph/build.ts'
import type { Value } from '../../src/graph/value.ts'
import { dense } from '../../src/layers/index.ts'
import { sequential } from '../../src/layers/network.ts'
import type { Descent } from '../../src/objectives/phase.ts'
import { sgd } from '../../src/optimizers/index.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import type { MetricsRow } from '../../src/training/detectors.ts'
import type { TrainingState } from '../../src/training/state.ts'
import { stepGraph } from '../../src/training/step.ts'
import { type TrainOptions, train } from '../../src/training/trainer.ts'
import { ConfigError } from '../../src/util/errors.ts'
import { randomStream } from '../../src/util/random.ts'
import { objectiveOf } from './phases.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
})
afterAll(() => engine.close())

const batchSize = 3
const networks = () => ({
  a: sequential({ name: 'a', input: [2] }, [dense({ units: 1, useBias: false, name: 'dense' })]),
})
const phase = (loss: Descent['loss'], rest: Partial<Descent> = {}): Descent => ({
  name: 'one',
  updates: ['a'],
  optimizer: sgd({ learningRate: 0.125 }),
  loss,
  ...rest,
})

async function run(options: Pick<TrainOptions, 'objective' | 'source'> & Partial<TrainOptions>) {
  const rows: MetricsRow[] = []
  const states: TrainingState[] = []
  for await (const event of train({ engine, batchSize, seed: 4, steps: 9, ...options })) {
    if (event.type === 'steps') rows.push(...event.rows)
    if (event.type === 'checkpoint') states.push(structuredClone(event.state))
  }
  return { rows, states }
}

describe('columns', () => {
  const columns: Columns = {
    point: { shape: [2], dtype: 'float32' },
    bytes: { shape: [2, 2], dtype: 'uint8' },
    reward: { shape: [], dtype: 'int32' },
    action: { shape: [], dtype: 'int64' },
  }
  /** What each column of an example of a step holds. */
  const numberAt = (column: string, step: number, i: number): number =>
    column === 'bytes' ? (50 * step + 7 * i) % 256 : column === 'reward' ? -1000 * step - i : step + i / 4
  const asked: string[][] = []
  const typed: Source = {
    columns,
    open: ({ batchSize: n, draws }) => ({
      fill(step, draw, given) {
        expect(draw).toBeLessThan(draws)
        asked.push(Object.keys(given))
        for (const [name, out] of Object.entries(given)) {
          const size = out.length / n
          for (let k = 0; k < out.length; k++) {
            const value = numberAt(name, step, Math.floor(k / size))
            if (out instanceof BigInt64Array) out[k] = BigInt(Math.floor(value))
            else out[k] = value
          }
        }
      },
    }),
  }
  const mean = (of: (i: number) => number): number =>
    Array.from({ length: batchSize }, (_, i) => of(i) / batchSize).reduce((a, b) => a + b, 0)

  it('of all types arrive as they were filled, in one batch for all', async () => {
    const sums = phase(({ data: { point, bytes, reward, action }, networks }) => {
      expect([point, bytes, reward, action].map((value) => [value!.dtype, value!.shape])).toEqual([
        ['float32', [batchSize, 2]],
        ['uint8', [batchSize, 2, 2]],
        ['int32', [batchSize]],
        ['int64', [batchSize]],
      ])
      return {
        loss: g.reduceMean(g.mul(networks.a!(point!), 0)),
        metrics: Object.fromEntries(
          Object.entries({ point, bytes, reward, action }).map(([name, value]) => [
            name,
            g.reduceMean(g.cast(value!, 'float32')),
          ]),
        ),
      }
    })
    const objective = objectiveOf(networks(), [sums], {
      logs: Object.keys(columns).map((name) => ({
        name,
        label: name,
        axis: 'left',
        value: ({ one }) => one!.metrics![name]!,
      })),
    })
    const { rows } = await run({ objective, source: typed })
    expect(rows).toHaveLength(9)
    for (const { step, ...row } of rows)
      for (const name of Object.keys(columns))
        expect(row[name], `${name} of step ${step}`).toBeCloseTo(
          mean((i) => (name === 'action' ? Math.floor(numberAt(name, step, i)) : numberAt(name, step, i))),
          3,
        )
  })

  it('that no phase asks for are not filled', async () => {
    asked.length = 0
    const one = phase(({ data: { point }, networks }) => ({ loss: g.reduceMean(networks.a!(point!)) }))
    await run({ objective: objectiveOf(networks(), [one]), source: typed, steps: 2 })
    expect(asked).toEqual([['point'], ['point']])
  })

  it('that the data has not are refused before the first step, with those that it has', async () => {
    const objective = objectiveOf(networks(), [
      phase(({ data: { images }, networks }) => ({ loss: g.reduceMean(networks.a!(images!)) })),
    ])
    const attempt = run({ objective, source: typed })
    await expect(attempt).rejects.toThrow(ConfigError)
    await expect(attempt).rejects.toThrow(
      'a phase asks for the column "images" of the data, which has point, bytes, reward, action; use data that has it',
    )
    await expect(run({ objective, source: noData })).rejects.toThrow('which has no columns')
  })
})

/** What a remembering source was told, in order. */
type Told = readonly [what: 'fill' | 'take' | 'save' | 'restore', step: number, count: number]

/**
 * A source that draws each example anew, near to a place that moves with the errors that it takes back: what it gives
 * depends on all that was before.
 */
function remembering({ told = [], ahead }: { told?: Told[]; ahead?: number } = {}): Source {
  return {
    columns: { point: { shape: [2], dtype: 'float32' } },
    open({ seed, batchSize: n, draws }): OpenSource {
      expect([n, draws]).toEqual([batchSize, 1])
      let place = Float32Array.of(1, 0)
      return {
        ...(ahead === undefined ? {} : { ahead }),
        fill(step, _, { point }) {
          told.push(['fill', step, 1])
          const random = randomStream(seed, 'point', step)
          for (let k = 0; k < point!.length; k++)
            (point as Float32Array)[k] = Math.fround(place[0]! + 0.125 * random.normal())
        },
        take(first, { error, double }) {
          told.push(['take', first, error!.length / n])
          expect(Array.from(double!)).toEqual(Array.from(error!).flatMap((value) => [value, 2 * value]))
          for (const value of error!) place = Float32Array.of(0.9 * place[0]! + 0.1 * value, place[1]! + 1)
        },
        save() {
          told.push(['save', place[1]! / n, 0])
          return { place: { shape: [2], data: place.slice() } }
        },
        restore(saved: SavedSource) {
          place = (saved.place!.data as Float32Array<ArrayBuffer>).slice()
          told.push(['restore', place[1]! / n, 0])
        },
      }
    },
  }
}

/** Each number and its double, `[batch, 2]`. */
function twice(error: Value): Value {
  const column = g.reshape(error, [batchSize, 1])
  return g.concat([column, g.mul(column, 2)], 1)
}
const giving = () =>
  objectiveOf(networks(), [
    phase(({ data: { point }, networks }) => {
      const error = g.reshape(g.sub(networks.a!(point!), 1), [batchSize])
      return {
        loss: g.reduceMean(g.square(error)),
        perExample: { error, double: twice(error) },
      }
    }),
  ])

describe('a source with a state', () => {
  it('is filled and told in the order of the steps, no further ahead than it says', async () => {
    const told: Told[] = []
    await run({ objective: giving(), source: remembering({ told, ahead: 2 }), steps: 9 })
    let [filled, taken] = [0, 0]
    for (const [what, step, count] of told) {
      if (what === 'fill') {
        expect(step).toBe(filled++)
        // Of what was filled at most two steps wait for their answer.
        expect(filled - taken).toBeLessThanOrEqual(2)
      }
      if (what === 'take') {
        expect(step).toBe(taken)
        taken += count
        expect(taken).toBe(filled)
      }
    }
    expect([filled, taken]).toEqual([9, 9])
    // The program finds out by itself that it can make more than one.
    expect(Math.max(...told.flatMap(([what, , count]) => (what === 'take' ? [count] : [])))).toBe(2)
  })

  it('that says nothing of how far ahead it can be asked is still asked after every answer', async () => {
    const told: Told[] = []
    await run({ objective: giving(), source: remembering({ told }), steps: 40, checkpointEvery: 10 })
    let open = 0
    for (const [what, , count] of told) {
      if (what === 'fill') open++
      if (what === 'take') open -= count
      if (what === 'save') expect(open).toBe(0)
    }
    expect(told.filter(([what]) => what === 'fill').map(([, step]) => step)).toEqual(
      Array.from({ length: 40 }, (_, i) => i),
    )
  })

  it.each([1, 2])('goes on from a checkpoint as if nothing had been, %d ahead', async (ahead) => {
    const objective = giving()
    const source = remembering({ ahead })
    const whole = await run({ objective, source, checkpointEvery: 1 })
    for (const last of [0, 4, 7]) {
      const from = whole.states[last]!
      expect(from.step).toBe(last)
      expect(from.source!.place!.data[1]).toBe((last + 1) * batchSize)
      const told: Told[] = []
      const rest = await run({
        objective,
        source: remembering({ told, ahead }),
        from,
        checkpointEvery: 1,
      })
      expect(told[0]).toEqual(['restore', last + 1, 0])
      expect(rest.rows).toEqual(whole.rows.slice(last + 1))
      expect(rest.states).toEqual(whole.states.slice(last + 1))
    }
    // The state matters: begun anew, the source gives other points.
    const { source: _, ...forgotten } = whole.states[4]!
    const other = await run({ objective, source, from: forgotten })
    expect(other.rows[0]).not.toEqual(whole.rows[5])
  })

  it('gives the same, however its steps are cut into calls', async () => {
    const objective = giving()
    // What is given back moves the place, so that only the same pace of answers gives the same points.
    const plain = await run({ objective, source: remembering({ ahead: 1 }) })
    const cut = await run({ objective, source: remembering({ ahead: 1 }), checkpointEvery: 2 })
    expect(cut.rows).toEqual(plain.rows)
    expect(cut.states.at(-1)).toEqual(plain.states.at(-1))
  })
})

describe('what a phase gives of each example', () => {
  it('is an output of the step by its name, never a number of the log', () => {
    const step = stepGraph(giving(), { batchSize, columns: remembering().columns })
    expect(step.metrics).toEqual({ one: 'log/one' })
    expect(step.perExample).toEqual({ error: 'example/error', double: 'example/double' })
    expect(step.graph.outputs['example/double']!.shape).toEqual([batchSize, 2])
  })

  it('has a name of its own among all phases', () => {
    const one = phase(({ data: { point }, networks }) => ({
      loss: g.reduceMean(networks.a!(point!)),
      perExample: { error: point! },
    }))
    const twiceGiven = objectiveOf(networks(), [one, { ...one, name: 'two' }])
    const attempt = () => stepGraph(twiceGiven, { batchSize, columns: remembering().columns })
    expect(attempt).toThrow(ConfigError)
    expect(attempt).toThrow('phase "two" gives "error" of each example, as another phase does')
  })

  it('is kept by nobody where the source takes nothing back', async () => {
    const silent: Source = {
      columns: remembering().columns,
      open: () => ({ fill: (_, __, { point }) => void (point as Float32Array).fill(0.5) }),
    }
    expect((await run({ objective: giving(), source: silent })).rows).toHaveLength(9)
  })
})

describe('a training without data', () => {
  const self = objectiveOf(networks(), [
    phase(({ random, batchSize: n, networks }) => ({
      loss: g.reduceMean(g.square(g.sub(networks.a!(random.normal([n, 2])), 1))),
    })),
  ])

  it('makes its own, and goes on from a checkpoint', async () => {
    const whole = await run({ objective: self, source: noData, checkpointEvery: 4 })
    expect(whole.rows).toHaveLength(9)
    expect(new Set(whole.rows.map(({ one }) => one)).size).toBe(9)
    expect(whole.states[1]).not.toHaveProperty('source')
    const rest = await run({ objective: self, source: noData, from: whole.states[1]! })
    expect(rest.rows).toEqual(whole.rows.slice(5))
  })

  it('asks its source for nothing', async () => {
    const empty: Source = {
      columns: {},
      open: () => ({
        fill() {
          throw new Error('asked')
        },
      }),
    }
    expect((await run({ objective: self, source: empty, steps: 2 })).rows).toHaveLength(2)
  })
})
