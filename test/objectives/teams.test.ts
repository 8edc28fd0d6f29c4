// Teams that talk, against plain computations in double precision: what they hear, what is learned from rewards, and from a teacher.
import { describe, expect, it } from 'vitest'
import { interpret } from '../../src/graph/interpreter.ts'
import { input } from '../../src/graph/value.ts'
import { zeros } from '../../src/initializers/index.ts'
import { dense, embedding } from '../../src/layers/index.ts'
import { network } from '../../src/layers/network.ts'
import { weightInputs } from '../../src/layers/use.ts'
import { commNetwork, meanOfOthers } from '../../src/models/comm-network.ts'
import { leverReward } from '../../src/models/commnet.ts'
import { reinforce } from '../../src/objectives/reinforce.ts'
import { taughtTeam } from '../../src/objectives/taught-team.ts'
import { teamPolicyGradient } from '../../src/objectives/team-policy-gradient.ts'
import { sgd } from '../../src/optimizers/index.ts'
import { stepGraph } from '../../src/training/step.ts'
import { ConfigError } from '../../src/util/errors.ts'
import { randomStream } from '../../src/util/random.ts'

type Fed = Record<string, { shape: readonly number[]; data: Float64Array }>
type Row = readonly number[]
const normal = (name: string, count: number): Float64Array =>
  Float64Array.from(randomStream(4, name).fillNormal(new Float32Array(count)))
const run = (graph: Parameters<typeof interpret>[0], feeds: Fed): Record<string, number[]> =>
  Object.fromEntries(
    Object.entries(interpret(graph, feeds as never) as unknown as Fed).map(([name, { data }]) => [
      name,
      Array.from(data),
    ]),
  )
const sum = (row: Row): number => row.reduce((a, b) => a + b, 0)
const softmax = (row: Row): number[] => row.map((x) => Math.exp(x) / sum(row.map(Math.exp)))
const chunks = (all: Row, size: number): number[][] =>
  Array.from({ length: all.length / size }, (_, i) => all.slice(i * size, (i + 1) * size))
const close = (got: Row, wanted: Row, digits = 9): void => {
  expect(got.length).toBe(wanted.length)
  got.forEach((x, i) => {
    expect(x).toBeCloseTo(wanted[i]!, digits)
  })
}

describe('what an agent hears', () => {
  const [n, agents, width] = [3, 4, 2]
  const minds = normal('minds', n * agents * width)
  const there = [1, 1, 1, 1, 1, 0, 1, 0, 0, 0, 1, 0]
  const hear = (withPresent: boolean): number[] => {
    const spoken = input('spoken', [n, agents, width])
    const present = input('present', [n, agents, 1])
    const graph = {
      inputs: withPresent ? [spoken, present] : [spoken],
      outputs: { heard: meanOfOthers(spoken, withPresent ? present : undefined) },
    }
    return run(graph, {
      spoken: { shape: spoken.shape, data: minds },
      ...(withPresent ? { present: { shape: present.shape, data: Float64Array.from(there) } } : {}),
    }).heard!
  }
  const wanted = (here: Row): number[] => {
    const all: number[] = []
    for (let team = 0; team < n; team++)
      for (let i = 0; i < agents; i++)
        for (let k = 0; k < width; k++) {
          const others = [0, 1, 2, 3].filter((j) => j !== i && here[team * agents + j]! > 0)
          const said = others.map((j) => minds[(team * agents + j) * width + k]!)
          all.push(others.length > 0 ? sum(said) / others.length : 0)
        }
    return all
  }

  it('is the mean of what the others say, and not of what it says itself', () => {
    close(hear(false), wanted(new Array(n * agents).fill(1)))
  })
  it('comes from those only who are there, and is nothing where nobody else is', () => {
    close(hear(true), wanted(there))
  })
})

describe('the network of a team', () => {
  const [agents, width, ids, actions] = [3, 2, 6, 3]
  const make = (communicates: boolean) =>
    commNetwork({
      ...{ agents, width, actions, communicates },
      given: { ids, spread: 1 },
      rounds: 2,
      hidden: [4],
      activation: 'linear',
      expects: false,
      mayBeAway: false,
    })
  const drawn = [4, 0, 2, 5, 5, 1]
  const of = (communicates: boolean) => {
    const team = make(communicates)
    const given = input('agents', [2, agents], 'int64')
    const weights = weightInputs(team)
    const outputs = team.call({
      inputs: { agents: given },
      weights,
      training: false,
      random: undefined as never,
    }).outputs
    const values = Object.fromEntries(
      team.weights.map(({ name, shape }) => [
        name,
        {
          shape,
          data: normal(
            name,
            shape.reduce((a, b) => a * b, 1),
          ),
        },
      ]),
    )
    const found = run(
      { inputs: [given, ...Object.values(weights)], outputs },
      {
        ...values,
        agents: { shape: [2, agents], data: Float64Array.from(drawn) },
      },
    )
    const dense = (x: Row, name: string): number[] => {
      const { data: kernel } = values[`team/${name}/kernel`]!
      const { data: bias } = values[`team/${name}/bias`]!
      return Array.from(bias, (b, j) => b + sum(x.map((xi, i) => xi * kernel[i * bias.length + j]!)))
    }
    const wanted = chunks(drawn, agents).map((team) => {
      const known = team.map((id) =>
        Array.from(values['team/who/embeddings']!.data.slice(id * width, (id + 1) * width)),
      )
      let minds = known
      const said: number[][][] = []
      for (const round of [1, 2]) {
        said.push(minds)
        minds = minds.map((mind, i) => {
          const others = minds.filter((_, j) => j !== i)
          const heard = mind.map((_, k) => sum(others.map((other) => other[k]!)) / others.length)
          const hidden = dense(
            [...known[i]!, ...mind, ...(communicates ? heard : [])],
            `round-${round}-hidden-1`,
          )
          return dense(
            hidden.map((x) => Math.max(0, x)),
            `round-${round}`,
          )
        })
      }
      return { logits: minds.flatMap((mind) => dense(mind, 'decide')), messages: said.flat(2) }
    })
    return { found, wanted }
  }

  it('is in each round a function of its own of who an agent is, its mind and the mean of the others', () => {
    const { found, wanted } = of(true)
    close(
      found.logits!,
      wanted.flatMap(({ logits }) => logits),
    )
    close(
      found.messages!,
      wanted.flatMap(({ messages }) => messages),
    )
  })
  it('is the same without the mean where nobody hears anybody', () => {
    const { found, wanted } = of(false)
    close(
      found.logits!,
      wanted.flatMap(({ logits }) => logits),
    )
  })
})

/** A team whose logits are its weights: what a step changes is the gradient. */
const [AGENTS, IDS, ACTIONS, BATCH] = [2, 4, 3, 5]
const table = embedding({ name: 'table', inputDim: IDS, outputDim: ACTIONS, embeddingsInitializer: zeros() })
const plainTeam = network('team', { agents: { shape: [AGENTS], dtype: 'int64' } }, ({ agents }, apply) => ({
  logits: apply(table, agents!),
}))
const ids = [0, 1, 2, 3, 3, 3, 1, 0, 2, 2]
const logits = chunks(Array.from(normal('table', IDS * ACTIONS)), ACTIONS)
const uniform = Float64Array.from(
  randomStream(2, 'u').fillUniform(new Float32Array(BATCH * AGENTS * ACTIONS)),
)
/** By the largest of logits with Gumbel noise. */
const drawnActions = ids.map((id, at) => {
  const scores = logits[id]!.map((x, a) => x - Math.log(-Math.log(uniform[at * ACTIONS + a]!)))
  return scores.indexOf(Math.max(...scores))
})
const rewards = chunks(drawnActions, AGENTS).map((team) => (new Set(team).size - 1) / (AGENTS - 1))

function step(objective: Parameters<typeof stepGraph>[0], feeds: Fed, state: Record<string, number> = {}) {
  const columns = {
    agents: { shape: [AGENTS], dtype: 'int64' },
    rank: { shape: [AGENTS], dtype: 'int64' },
  } as const
  const { graph, state: specs, metrics } = stepGraph(objective, { batchSize: BATCH, columns })
  const given = Object.fromEntries(
    specs.map(({ name, shape }) => [
      name,
      {
        shape,
        data:
          name === 'team/table/embeddings'
            ? Float64Array.from(logits.flat())
            : Float64Array.of(state[name] ?? 0),
      },
    ]),
  )
  const found = run(graph, {
    ...given,
    'team/learningRate': { shape: [], data: Float64Array.of(1) },
    agents: { shape: [BATCH, AGENTS], data: Float64Array.from(ids) },
    'team/uniform-0': { shape: [BATCH, AGENTS, ACTIONS], data: uniform },
    ...feeds,
  })
  const next = found[specs.find(({ name }) => name === 'team/table/embeddings')!.next]!
  return {
    found,
    gradient: next.map((x, i) => logits.flat()[i]! - x),
    log: (name: string) => found[metrics[name]!]![0]!,
    variable: (name: string) => found[specs.find((spec) => spec.name === `variable/${name}`)!.next]![0]!,
  }
}

describe('REINFORCE', () => {
  const entropyWeight = 0.05
  const make = (normalize: boolean) =>
    reinforce({
      name: 'mine',
      team: plainTeam,
      optimizer: sgd({ learningRate: 1 }),
      reward: leverReward,
      baseline: 0.75,
      entropy: entropyWeight,
      normalize,
    })
  /** The derivative of the loss by each logit, from the formulas of the softmax. */
  function wanted(advantages: Row): number[] {
    const out = new Array<number>(IDS * ACTIONS).fill(0)
    ids.forEach((id, at) => {
      const p = softmax(logits[id]!)
      const entropy = -sum(p.map((x) => x * Math.log(x)))
      const advantage = advantages[Math.floor(at / AGENTS)]!
      p.forEach((x, a) => {
        const policy = -advantage * ((drawnActions[at] === a ? 1 : 0) - x)
        const open = entropyWeight * x * (Math.log(x) + entropy)
        out[id * ACTIONS + a]! += (policy + open) / ids.length
      })
    })
    return out
  }

  it('follows rewards less the baseline of the steps before, and the entropy', () => {
    const { gradient, log, variable } = step(make(false), {}, { 'variable/baseline': 0.3 })
    close(gradient, wanted(rewards.map((reward) => reward - 0.3)))
    const mean = sum(rewards) / BATCH
    expect(new Set(rewards).size).toBe(2)
    expect(log('reward')).toBeCloseTo(mean, 9)
    expect(variable('baseline')).toBeCloseTo(0.75 * 0.3 + 0.25 * mean, 9)
  })
  it('brings advantages to mean 0 and deviation 1 where asked', () => {
    const { gradient } = step(make(true), {}, { 'variable/baseline': 0.3 })
    const mean = sum(rewards) / BATCH
    const deviation = Math.sqrt(sum(rewards.map((reward) => (reward - mean) ** 2)) / BATCH)
    close(gradient, wanted(rewards.map((reward) => (reward - mean) / deviation)), 6)
  })
  it('refuses shares and weights that cannot be', () => {
    const changed = (changes: object) => () => reinforce({ ...base, ...changes } as never)
    const base = {
      name: 'mine',
      team: plainTeam,
      optimizer: sgd(),
      reward: leverReward,
      baseline: 0.9,
      entropy: 0,
      normalize: true,
    }
    expect(changed({ baseline: 1 })).toThrow('baseline')
    expect(changed({ entropy: -1 })).toThrow('entropy')
    expect(changed({ reward: 3 })).toThrow(ConfigError)
    expect(changed({ normalize: 'yes' })).toThrow('normalize')
  })
})

describe('a team with a teacher', () => {
  it('follows the cross-entropy of what each should have done', () => {
    const rank = [2, 0, 1, 1, 0, 2, 2, 1, 0, 0]
    const objective = taughtTeam({
      name: 'mine',
      team: plainTeam,
      optimizer: sgd({ learningRate: 1 }),
      target: 'rank',
      reward: leverReward,
    })
    const { gradient, log } = step(objective, {
      rank: { shape: [BATCH, AGENTS], data: Float64Array.from(rank) },
    })
    const out = new Array<number>(IDS * ACTIONS).fill(0)
    ids.forEach((id, at) => {
      softmax(logits[id]!).forEach((p, a) => {
        out[id * ACTIONS + a]! += (p - (rank[at] === a ? 1 : 0)) / ids.length
      })
    })
    close(gradient, out)
    expect(log('loss')).toBeCloseTo(
      -sum(ids.map((id, at) => Math.log(softmax(logits[id]!)[rank[at]!]!))) / ids.length,
      9,
    )
    expect(log('reward')).toBeCloseTo(sum(rewards) / BATCH, 9)
  })
})

describe('the policy gradient of episodes', () => {
  const width = 3
  const look = dense({ name: 'look', units: ACTIONS, useBias: false })
  const objective = teamPolicyGradient({
    name: 'mine',
    team: network(
      'team',
      { observation: [AGENTS, width], present: [AGENTS] },
      ({ observation, present }, apply) => {
        const rows = apply(look, observation!)
        return { logits: rows, value: present! }
      },
    ),
    optimizer: sgd({ learningRate: 1 }),
    period: 2,
    entropy: 0.1,
    valueWeight: 0.5,
    score: 'success',
  })
  it('sums what was learned in a period, changes weights once, and gives back the policy', () => {
    const column = (shape: number[], dtype: 'float32' | 'int32' = 'float32') => ({ shape, dtype }) as const
    const one = { shape: [], dtype: 'float32', count: 1 } as const
    const { graph, state, perExample } = stepGraph(objective, {
      batchSize: 1,
      columns: {
        observation: column([AGENTS, width]),
        ...{ present: column([AGENTS]), action: column([AGENTS], 'int32'), advantage: column([AGENTS]) },
        ...{ return: column([AGENTS]), weight: column([AGENTS]) },
        ...{ score: one, meanReturn: one, entropy: one, valueError: one, level: one },
      },
    })
    const kernel = Array.from(normal('kernel', width * ACTIONS))
    const seen = normal('seen', AGENTS * width)
    const [advantages, actions, weights] = [
      [2, -1],
      [1, 0],
      [0.25, 0.75],
    ] as const
    const accumulated = state.find(({ name }) => name.startsWith('team/accumulated/'))!
    const go = (due: number, before: Row, given: Row) => {
      const data = (numbers: Row, shape: number[]) => ({ shape, data: Float64Array.from(numbers) })
      const zero = Object.fromEntries(
        ['score', 'meanReturn', 'entropy', 'valueError', 'level'].map((name) => [name, data([0], [1])]),
      )
      const found = run(graph, {
        ...zero,
        'team/look/kernel': data(given, [width, ACTIONS]),
        [accumulated.name]: data(before, [width, ACTIONS]),
        'team/learningRate': data([1], []),
        'team/due': data([due], []),
        observation: data(Array.from(seen), [1, AGENTS, width]),
        present: data([1, 1], [1, AGENTS]),
        action: data(actions, [1, AGENTS]),
        advantage: data(advantages, [1, AGENTS]),
        return: data([3, 4], [1, AGENTS]),
        weight: data(weights, [1, AGENTS]),
      })
      return {
        kernel: found['next/team/look/kernel']!,
        sum: found[accumulated.next]!,
        probabilities: found[perExample.probabilities!]!,
      }
    }
    const wanted = new Array<number>(width * ACTIONS).fill(0)
    const policies = chunks(Array.from(seen), width).map((x) =>
      softmax(
        Array.from({ length: ACTIONS }, (_, a) => sum(x.map((xi, i) => xi * kernel[i * ACTIONS + a]!))),
      ),
    )
    policies.forEach((p, agent) => {
      const entropy = -sum(p.map((x) => x * Math.log(x)))
      p.forEach((x, a) => {
        const slope =
          weights[agent]! *
          (-advantages[agent]! * ((actions[agent] === a ? 1 : 0) - x) + 0.1 * x * (Math.log(x) + entropy))
        for (let i = 0; i < width; i++) wanted[i * ACTIONS + a]! += slope * seen[agent * width + i]!
      })
    })
    const first = go(0, new Array(wanted.length).fill(0), kernel)
    close(first.kernel, kernel)
    close(first.sum, wanted)
    close(first.probabilities, policies.flat())
    const second = go(1, first.sum, kernel)
    close(
      second.kernel,
      kernel.map((x, i) => x - 2 * wanted[i]!),
    )
    close(second.sum, new Array(wanted.length).fill(0))
  })
})
