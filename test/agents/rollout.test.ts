// λ-returns and rollouts: against plain sums, and against what was played.
import { describe, expect, it } from 'vitest'
import { lambdaReturns, rolloutSource } from '../../src/agents/index.ts'
import type { ColumnData } from '../../src/data/source.ts'
import { makeEnvironment, rulesNamed } from '../../src/environments/index.ts'
import { randomStream } from '../../src/util/random.ts'

describe('λ-returns', () => {
  const random = randomStream(1, 'rollout')
  const [copies, steps, gamma, lambda] = [3, 12, 0.9, 0.65]
  const count = copies * steps
  const rollout = {
    copies,
    steps,
    rewards: random.fillNormal(new Float32Array(count)),
    after: random.fillNormal(new Float32Array(count)),
    terminated: Uint8Array.from({ length: count }, () => (random.uniform() < 0.15 ? 1 : 0)),
    truncated: new Uint8Array(count),
  }
  for (let i = 0; i < count; i++)
    rollout.truncated[i] = !rollout.terminated[i] && random.uniform() < 0.15 ? 1 : 0

  it('are the mean of the returns of one step, two steps and so on, each counting λ times the one before', () => {
    const found = lambdaReturns(rollout, { gamma, lambda })
    const at = (step: number, copy: number): number => step * copies + copy
    for (let copy = 0; copy < copies; copy++)
      for (let first = 0; first < steps; first++) {
        // Where the episode, or the rollout, ends.
        let last = first
        while (last < steps - 1 && !rollout.terminated[at(last, copy)] && !rollout.truncated[at(last, copy)])
          last++
        /** Rewards of n steps, and the value of what comes after them. */
        const nStep = (n: number): number => {
          let sum = 0
          for (let k = 0; k < n; k++) sum += gamma ** k * rollout.rewards[at(first + k, copy)]!
          const end = at(first + n - 1, copy)
          return sum + (rollout.terminated[end] ? 0 : gamma ** n * rollout.after[end]!)
        }
        const most = last - first + 1
        let wanted = lambda ** (most - 1) * nStep(most)
        for (let n = 1; n < most; n++) wanted += (1 - lambda) * lambda ** (n - 1) * nStep(n)
        expect(found[at(first, copy)]).toBeCloseTo(wanted, 4)
      }
  })
})

describe('a source that plays rollouts', () => {
  const options = {
    name: 'cart-pole',
    make: () => makeEnvironment('cart-pole', { maxEpisodeSteps: 9 }),
    observation: rulesNamed('cart-pole').observation,
    actions: 2,
    copies: 4,
    steps: 6,
    epochs: 2,
    gamma: 0.9,
    lambda: 0.5,
    epsilon: { first: 0, last: 0, steps: 1 },
  }
  const source = rolloutSource(options)
  /** Pushes the cart back; the better action is worth 1. */
  const asked: number[] = []
  const act = async (seen: Float32Array): Promise<Float32Array> => {
    asked.push(seen.length / 4)
    return Float32Array.from({ length: seen.length / 2 }, (_, i) =>
      (seen[4 * (i >> 1) + 2]! > 0 ? 1 : 0) === i % 2 ? 1 : 0,
    )
  }
  async function fed(open: ReturnType<typeof source.open>, from: number, to: number) {
    const all: Record<string, number[]>[] = []
    for (let step = from; step < to; step++) {
      await open.gather!(step, act)
      const columns = Object.fromEntries(
        Object.entries(source.columns).map(([name, { shape, dtype, count = 8 }]) => {
          const size = shape.reduce((a, b) => a * b, count)
          return [name, dtype === 'int32' ? new Int32Array(size) : new Float32Array(size)]
        }),
      ) as Record<string, ColumnData>
      open.fill(step, 0, columns)
      all.push(
        Object.fromEntries(
          Object.entries(columns).map(([name, data]) => [name, Array.from(data as Float32Array)]),
        ),
      )
    }
    return all
  }

  it('gives every frame once in each epoch, in an order of its own, with the return that followed', async () => {
    const open = source.open({ seed: 3, batchSize: 8, draws: 1 })
    const batches = await fed(open, 0, 12)
    expect(open.ahead).toBe(1)
    const epochs = [batches.slice(0, 3), batches.slice(3, 6), batches.slice(6, 9)].map((epoch) =>
      epoch.flatMap(({ observation, action, target }) =>
        action!.map((_, i) => [...observation!.slice(4 * i, 4 * i + 4), action![i]!, target![i]!].join()),
      ),
    )
    expect(new Set(epochs[0]).size).toBe(24)
    expect(epochs[1]).not.toEqual(epochs[0])
    expect(epochs[1]!.toSorted()).toEqual(epochs[0]!.toSorted())
    // The next rollout goes on where this one ended.
    expect(epochs[2]!.some((row) => epochs[0]!.includes(row))).toBe(false)
    // Every step pays 1, and what comes after it is worth 1 where the game goes on.
    for (const { target } of batches) for (const value of target!) expect(value).toBeGreaterThanOrEqual(1)
    // Once for each step and for what comes after the last; more where episodes were cut off.
    expect(asked.length).toBeGreaterThanOrEqual(2 * 7)
    expect(new Set(asked)).toEqual(new Set([4]))
  })

  it('goes on from a state that was saved in the middle of a rollout', async () => {
    const whole = source.open({ seed: 4, batchSize: 8, draws: 1 })
    const all = await fed(whole, 0, 10)
    const first = source.open({ seed: 4, batchSize: 8, draws: 1 })
    await fed(first, 0, 4)
    const again = source.open({ seed: 4, batchSize: 8, draws: 1 })
    again.restore!(structuredClone(first.save!()))
    expect(again.ahead).toBe(2)
    expect(await fed(again, 4, 10)).toEqual(all.slice(4))
  })

  it('needs batches that divide what is played', () => {
    expect(() => source.open({ seed: 1, batchSize: 7, draws: 1 })).toThrow(
      'expected a batch that divides the 24 frames of 4 games of 6 steps each, got 7; give --batch-size, --copies or --rollout so',
    )
  })
})
