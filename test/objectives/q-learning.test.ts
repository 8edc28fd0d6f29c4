// What agents learn about actions, against plain computations in double precision.
import { describe, expect, it } from 'vitest'
import { interpret } from '../../src/graph/interpreter.ts'
import { input, type Value } from '../../src/graph/value.ts'
import { actionNetwork } from '../../src/models/action-network.ts'
import { qLearning } from '../../src/objectives/q-learning.ts'
import { expectedValues, returnDistributions, type ValueKind } from '../../src/objectives/q-values.ts'
import { adam } from '../../src/optimizers/index.ts'
import { randomStream } from '../../src/util/random.ts'

const BATCH = 5
const ACTIONS = 3
const actions = [2, 0, 1, 1, 0]
const chosen = [1, 1, 2, 0, 2]
const rewards = [1, -0.5, 40, 0.25, 0]
const discounts = [0.9, 0.9, 0.9, 0, 0.729]

/** What a kind makes of given numbers. */
function learn(kind: ValueKind) {
  const size = ACTIONS * kind.perAction
  const random = randomStream(1, 'numbers')
  const [online, target] = [0, 1].map(() => random.fillNormal(new Float32Array(BATCH * size)))
  const graph = (shape: number[], name: string, dtype?: 'int64' | 'int32') => input(name, shape, dtype)
  const inputs = {
    online: graph([BATCH, size], 'online'),
    target: graph([BATCH, size], 'target'),
    chosen: graph([BATCH], 'chosen', 'int64'),
    action: graph([BATCH], 'action', 'int32'),
    reward: graph([BATCH], 'reward'),
    discount: graph([BATCH], 'discount'),
  }
  const { loss, priority } = kind.learn(inputs.online, inputs.target, inputs.chosen, {
    action: inputs.action,
    reward: inputs.reward,
    discount: inputs.discount,
  })
  const values = kind.values(inputs.online)
  const outputs: Record<string, Value> = { loss, priority, values }
  const found = interpret({ inputs: Object.values(inputs), outputs }, {
    online: { shape: [BATCH, size], data: Float64Array.from(online!) },
    target: { shape: [BATCH, size], data: Float64Array.from(target!) },
    chosen: { shape: [BATCH], data: Float64Array.from(chosen) },
    action: { shape: [BATCH], data: Float64Array.from(actions) },
    reward: { shape: [BATCH], data: Float64Array.from(rewards) },
    discount: { shape: [BATCH], data: Float64Array.from(discounts) },
  } as never) as unknown as Record<string, { data: ArrayLike<number> }>
  const row = (data: Float32Array, example: number, action: number): number[] =>
    Array.from(
      data.subarray(example * size + action * kind.perAction, example * size + (action + 1) * kind.perAction),
    )
  return {
    online: (example: number, action: number) => row(online!, example, action),
    target: (example: number, action: number) => row(target!, example, action),
    loss: Array.from(found.loss!.data),
    priority: Array.from(found.priority!.data),
    values: Array.from(found.values!.data),
  }
}

const softmax = (logits: readonly number[]): number[] => {
  const raised = logits.map((x) => Math.exp(x))
  const sum = raised.reduce((a, b) => a + b)
  return raised.map((x) => x / sum)
}

describe('the mean return of each action', () => {
  it('is learned with the loss of Huber, of the reward and of what the target network says of the action chosen', () => {
    const found = learn(expectedValues)
    for (let i = 0; i < BATCH; i++) {
      const wanted = rewards[i]! + discounts[i]! * found.target(i, chosen[i]!)[0]!
      const error = Math.abs(found.online(i, actions[i]!)[0]! - wanted)
      expect(found.loss[i]).toBeCloseTo(error < 1 ? error ** 2 / 2 : error - 0.5, 5)
      expect(found.priority[i]).toBeCloseTo(error, 5)
    }
  })
})

describe('how probable each return is', () => {
  const [atoms, low, high] = [11, -2, 8]
  const gap = (high - low) / (atoms - 1)
  const returns = Array.from({ length: atoms }, (_, i) => low + gap * i)

  /** The projection as the paper writes it: each probability goes to the two atoms between which its return lies. */
  function projected(probabilities: readonly number[], reward: number, discount: number): number[] {
    const m = new Array<number>(atoms).fill(0)
    for (const [j, p] of probabilities.entries()) {
      const moved = Math.min(high, Math.max(low, reward + discount * returns[j]!))
      const b = (moved - low) / gap
      const [l, u] = [Math.floor(b), Math.ceil(b)]
      if (l === u) m[l] = m[l]! + p
      else {
        m[l] = m[l]! + p * (u - b)
        m[u] = m[u]! + p * (b - l)
      }
    }
    return m
  }

  it('is learned by the cross-entropy with the target network’s distribution, moved and laid on the atoms', () => {
    const found = learn(returnDistributions({ atoms, low, high }))
    for (let i = 0; i < BATCH; i++) {
      const wanted = projected(softmax(found.target(i, chosen[i]!)), rewards[i]!, discounts[i]!)
      expect(wanted.reduce((a, b) => a + b)).toBeCloseTo(1, 10)
      const given = softmax(found.online(i, actions[i]!))
      const loss = -wanted.reduce((sum, p, j) => sum + p * Math.log(given[j]!), 0)
      expect(found.loss[i]).toBeCloseTo(loss, 4)
      expect(found.priority[i]).toBeCloseTo(Math.sqrt(loss), 4)
    }
  })

  it('needs a lowest return below the highest', () => {
    expect(() => returnDistributions({ low: 5, high: 1 })).toThrow(
      'expected returns from a lowest to a highest one, got 5 to 1; give --lowest below --highest',
    )
  })

  it('has a mean, which is the worth of an action', () => {
    const found = learn(returnDistributions({ atoms, low, high }))
    const mean = softmax(found.online(1, 2)).reduce((sum, p, j) => sum + p * returns[j]!, 0)
    expect(found.values[1 * ACTIONS + 2]).toBeCloseTo(mean, 4)
  })
})

describe('a network of an agent', () => {
  const weightsOf = (options: Partial<Parameters<typeof actionNetwork>[0]>): number =>
    actionNetwork({ observation: [10, 10, 6], actions: 6, ...options }).weights.reduce(
      (sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1),
      0,
    )

  it('has as many weights as its layers say', () => {
    // A convolution of 16 3x3 filters, 128 features, and a number for each action.
    const trunk = 16 * (9 * 6 + 1) + 128 * (16 * 64 + 1)
    expect(weightsOf({})).toBe(trunk + 6 * 129)
    expect(weightsOf({ perAction: 51 })).toBe(trunk + 6 * 51 * 129)
    expect(weightsOf({ perAction: 51, dueling: true })).toBe(trunk + 7 * 51 * 129)
    expect(weightsOf({ observation: [4], actions: 2 })).toBe(128 * 5 + 128 * 129 + 2 * 129)
  })

  it('is refused where it gives no whole number for each action', () => {
    expect(() =>
      qLearning({
        name: 'odd',
        online: actionNetwork({ observation: [4], actions: 2 }),
        kind: returnDistributions({ atoms: 51, low: 0, high: 1 }),
        optimizer: adam(),
        targetEvery: 10,
        double: false,
      }),
    ).toThrow('qLearning "odd": expected 51 numbers for each action, the network gives 2')
  })
})
