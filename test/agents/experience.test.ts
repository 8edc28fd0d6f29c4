// A training of an agent: what it plays, what it is fed with, and that it goes on as if it had never stopped.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { experienceSource } from '../../src/agents/index.ts'
import type { ColumnData } from '../../src/data/source.ts'
import { makeEnvironment, rulesNamed } from '../../src/environments/index.ts'
import { rainbow } from '../../src/models/agent.ts'
import { pqn } from '../../src/models/pqn.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import type { TrainingState } from '../../src/training/state.ts'
import { type TrainOptions, train } from '../../src/training/trainer.ts'

const options = {
  name: 'cart-pole',
  make: () => makeEnvironment('cart-pole', { maxEpisodeSteps: 15 }),
  observation: rulesNamed('cart-pole').observation,
  copies: 2,
  capacity: 60,
  learningStarts: 20,
  nStep: 2,
  gamma: 0.9,
  alpha: 0.5,
  beta: 1,
  epsilon: { first: 1, last: 0, steps: 30 },
}

/** Plays, and keeps what it was fed with; actions are those that push the cart back. */
function played(steps: number, source = experienceSource(options), from = 0, saved?: unknown) {
  const open = source.open({ seed: 3, batchSize: 8, draws: 1 })
  if (saved) open.restore!(saved as never)
  const fed: Record<string, number[]>[] = []
  for (let step = from; step < steps; step++) {
    const columns = Object.fromEntries(
      Object.entries(source.columns).map(([name, { shape, dtype, count = 8 }]) => {
        const size = shape.reduce((a, b) => a * b, count)
        return [name, dtype === 'int32' ? new Int32Array(size) : new Float32Array(size)]
      }),
    ) as Record<string, ColumnData>
    open.fill(step, 0, columns)
    fed.push(
      Object.fromEntries(
        Object.entries(columns).map(([name, data]) => [name, Array.from(data as Float32Array)]),
      ),
    )
    const acting = columns.acting as Float32Array
    open.take!(step, {
      action: Float32Array.from({ length: 2 }, (_, i) => (acting[4 * i + 2]! > 0 ? 1 : 0)),
      priority: new Float32Array(8).fill(0.5 + (step % 3)),
    })
  }
  return { open, fed }
}

describe('what an agent is fed with', () => {
  const { fed } = played(60)

  it('is nothing until enough was played, and then transitions of what was', () => {
    const firstLearned = fed.findIndex(({ weight }) => weight!.some((x) => x > 0))
    // Two games are played: ten steps of each come before.
    expect(firstLearned).toBe(10)
    const { weight, reward, discount, observation, next } = fed.at(-1)!
    expect(Math.max(...weight!)).toBe(1)
    for (let i = 0; i < 8; i++) {
      // Every step of the pole pays 1.
      expect([1, 1.9].some((sum) => Math.abs(sum - reward![i]!) < 1e-6)).toBe(true)
      expect([0, 0.81, 0.9].some((worth) => Math.abs(worth - discount![i]!) < 1e-6)).toBe(true)
      if (discount![i]! > 0)
        expect(observation!.slice(4 * i, 4 * i + 4)).not.toEqual(next!.slice(4 * i, 4 * i + 4))
    }
  })

  it('is weighed by its priority as Schaul et al. write it, with what is new at the greatest', () => {
    const [alpha, beta] = [0.5, 0.7]
    const source = experienceSource({ ...options, alpha, beta, capacity: 400 })
    const open = source.open({ seed: 7, batchSize: 8, draws: 1 })
    /** Priorities that were given back, by what was seen; all at most 1, which is what new ones have. */
    const given = new Map<string, number>()
    let compared = 0
    for (let step = 0; step < 80; step++) {
      const columns = {
        acting: new Float32Array(8),
        observation: new Float32Array(32),
        next: new Float32Array(32),
        weight: new Float32Array(8),
      }
      open.fill(step, 0, columns)
      const keys = Array.from({ length: 8 }, (_, i) => columns.observation.slice(4 * i, 4 * i + 4).join())
      if (columns.weight.some((weight) => weight > 0)) {
        // (1 / (N p))^β over the greatest of the batch, where p is priority^α over the sum of all.
        const plain = keys.map((key) => ((given.get(key) ?? 1) ** alpha) ** -beta)
        const greatest = Math.max(...plain)
        for (const [i, weight] of plain.entries()) {
          expect(columns.weight[i]).toBeCloseTo(weight / greatest, 5)
          if (weight > 1) compared++
        }
      }
      const priority = Float32Array.from(keys, (_, i) => 0.05 + ((7 * step + 3 * i) % 19) / 20)
      if (columns.weight.some((weight) => weight > 0))
        for (const [i, key] of keys.entries()) given.set(key, priority[i]!)
      open.take!(step, { action: new Float32Array(2), priority })
    }
    expect(compared).toBeGreaterThan(50)
  })

  it('tells returns and lengths of what was played, and how often an action is by chance', () => {
    const { epsilon, meanLength, meanReturn } = fed.at(-1)!
    expect(epsilon).toEqual([0])
    expect(fed[12]!.epsilon![0]).toBeCloseTo(1 - 4 / 30, 6)
    expect(meanReturn![0]).toBeGreaterThan(3)
    expect(meanReturn).toEqual(meanLength)
  })

  it('learns from rewards that are cut where it is said, and tells returns as they are', () => {
    const { fed: cut } = played(40, experienceSource({ ...options, clip: 0.25 }))
    const { discount, reward, meanReturn, meanLength } = cut.at(-1)!
    expect(meanReturn).toEqual(meanLength)
    for (let i = 0; i < 8; i++)
      if (discount![i]! > 0) expect([0.25, 0.475]).toContainEqual(expect.closeTo(reward![i]!, 6))
  })

  it('is the same after a state was saved and restored', () => {
    const { open } = played(33)
    const again = played(60, experienceSource(options), 33, structuredClone(open.save!()))
    expect(again.fed).toEqual(fed.slice(33))
  })
})

describe('a training of an agent', () => {
  let engine: Engine
  beforeAll(async () => {
    engine = await nodeEngine({ threads: 1 })
  })
  afterAll(() => engine.close())

  const small = rainbow.options.parse({
    env: 'cart-pole',
    copies: 2,
    memory: 200,
    learningStarts: 12,
    explore: 40,
    targetEvery: 7,
    atoms: 5,
  })

  const run = (steps: number, from?: TrainingState, options = small) =>
    trained(
      { source: rainbow.source!(options), objective: rainbow.objective(options, { columns: {} }) },
      steps,
      from,
    )

  async function trained(
    { source, objective }: Pick<TrainOptions, 'source' | 'objective'>,
    steps: number,
    from?: TrainingState,
  ) {
    let last: TrainingState | undefined
    const rows: unknown[] = []
    const settings = { batchSize: 8, seed: 5, checkpointEvery: 20, steps }
    for await (const event of train({ objective, source, engine, ...settings, ...(from ? { from } : {}) })) {
      if (event.type === 'checkpoint') last = structuredClone(event.state)
      if (event.type === 'steps') rows.push(...event.rows)
    }
    return { rows, last: last! }
  }

  it('that was stopped and resumed ends with the same numbers, games and memory', async () => {
    const whole = await run(60)
    const half = await run(40)
    const rest = await run(60, half.last)
    expect([...half.rows, ...rest.rows]).toEqual(whole.rows)
    expect(rest.last).toEqual(whole.last)
    expect(Object.keys(whole.last.source!)).toContain('priorities')
  })

  it('explores by noise that is drawn anew in every step, and resumes exactly with it', async () => {
    const noisy = { ...small, noisy: true, noise: 0.1 }
    const whole = await run(40, undefined, noisy)
    const half = await run(20, undefined, noisy)
    const rest = await run(40, half.last, noisy)
    expect([...half.rows, ...rest.rows]).toEqual(whole.rows)
    expect(rest.last).toEqual(whole.last)
    // What is left of chance stays as it is, and acting knows the size of the noise.
    expect(new Set(whole.rows.map((row) => (row as { epsilon: number }).epsilon)).size).toBe(1)
    expect(Object.keys(whole.last.arrays)).toContain('online/advantage/kernelSigma')
    const sizes = new Set(whole.last.arrays['online/advantage/kernelSigma'])
    expect(sizes.size).toBeGreaterThan(1)
  })

  it('of PQN goes on in the middle of a rollout as if it had never stopped', async () => {
    const options = pqn.options.parse({ env: 'cart-pole', copies: 4, rollout: 8, epochs: 3, explore: 100 })
    const made = {
      source: pqn.source!(options),
      objective: pqn.objective(options, { columns: {}, steps: 30 }),
    }
    const whole = await trained(made, 30)
    const half = await trained(made, 17)
    const rest = await trained(made, 30, half.last)
    expect(half.last.step).toBe(16)
    expect([...half.rows, ...rest.rows]).toEqual(whole.rows)
    expect(rest.last).toEqual(whole.last)
    expect(new Set(whole.rows.map((row) => (row as { loss: number }).loss)).size).toBe(30)
  })

  it('has a target network that is a copy of the one that learns, every so many updates', async () => {
    const { last } = await run(56)
    const { last: later } = await run(60)
    const same = ({ arrays }: TrainingState): boolean =>
      Object.entries(arrays)
        .filter(([name]) => name.startsWith('target/'))
        .every(([name, target]) => {
          const online = arrays[name.replace('target/', 'online/')]!
          return Buffer.compare(Buffer.from(target.buffer), Buffer.from(online.buffer)) === 0
        })
    expect(same(last)).toBe(true)
    expect(same(later)).toBe(false)
  })
})
