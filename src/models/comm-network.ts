// CommNet: one network for a team, in which each agent hears the mean of what the others have in mind.
import { concat, div, max, mul, reduceSum, reshape, sub } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { randomNormal } from '../initializers/index.ts'
import { type ActivationName, dense, embedding, type Layer } from '../layers/index.ts'
import { type Network, network } from '../layers/network.ts'
import type { Shape } from '../util/shape.ts'

export interface CommNetworkOptions {
  readonly agents: number
  /** What an agent is given: a number of its own below so many, as a vector that begins normal with this spread, or an observation of this shape. */
  readonly given: { readonly ids: number; readonly spread: number } | { readonly observation: Shape }
  /** Numbers that an agent has in mind, and says. */
  readonly width: number
  /** Rounds of speaking and thinking. */
  readonly rounds: number
  /** Widths of the hidden layers of each round's function, with relu; the last layer has `width`. */
  readonly hidden: readonly number[]
  /** Of the last layer of each round's function. */
  readonly activation: ActivationName
  readonly actions: number
  /** Whether each agent also gives what it expects, `value`. */
  readonly expects: boolean
  /** Whether agents may be away, then the input `present` says who is there. */
  readonly mayBeAway: boolean
  /** Whether they hear each other; else each decides alone, the independent control. */
  readonly communicates: boolean
}

/**
 * The mean of the other agents' vectors, `[n, agents, width]`; 0 where nobody else is there.
 *
 * @param spoken   `[n, agents, width]`
 * @param present  1 for agents who are there, `[n, agents, 1]`; undefined when all are
 */
export function meanOfOthers(spoken: Value, present: Value | undefined): Value {
  const agents = spoken.shape[1]!
  const over = { axes: [1], keepdims: true }
  if (!present) return mul(sub(reduceSum(spoken, over), spoken), 1 / (agents - 1))
  const heard = mul(spoken, present)
  const others = sub(reduceSum(present, over), present) // [n, agents, 1]
  return div(sub(reduceSum(heard, over), heard), max(others, 1))
}

/**
 * Sukhbaatar, Szlam & Fergus 2016: h = e, and in each round h becomes f(e, h, the mean of the other agents' h), with a function f of its
 * own, the same for all agents. Then a dense layer gives one logit for each action.
 *
 * Outputs: `logits` [agents, actions], `value` [agents] where agents expect something, and `messages` [rounds, agents, width], what each
 * agent says in each round.
 *
 * @source arXiv:1605.07736, sections 2 and 4
 */
export function commNetwork(options: CommNetworkOptions): Network {
  const { agents, given, width, rounds, hidden, activation, actions } = options
  const encoder: Layer =
    'ids' in given
      ? embedding({
          name: 'who',
          inputDim: given.ids,
          outputDim: width,
          embeddingsInitializer: randomNormal({ stddev: given.spread }),
        })
      : dense({ name: 'who', units: width, activation })
  const functions = Array.from({ length: rounds }, (_, round) => [
    ...hidden.map((units, i) =>
      dense({ name: `round-${round + 1}-hidden-${i + 1}`, units, activation: 'relu' }),
    ),
    dense({ name: `round-${round + 1}`, units: width, activation }),
  ])
  const decide = dense({ name: 'decide', units: actions })
  const expect = dense({ name: 'expect', units: 1 })
  const ports = {
    ...('ids' in given
      ? { agents: { shape: [agents], dtype: 'int64' as const } }
      : { observation: [agents, ...given.observation] }),
    ...(options.mayBeAway ? { present: [agents] } : {}),
  }
  return network('team', ports, (inputs, apply) => {
    const seen = (inputs.agents ?? inputs.observation)!
    const n = seen.shape[0]!
    const present = inputs.present && reshape(inputs.present, [n, agents, 1])
    const known = apply(encoder, seen) // [n, agents, width]
    const said: Value[] = []
    let mind = known
    for (const think of functions) {
      said.push(reshape(mind, [n, 1, agents, width]))
      const heard = options.communicates ? [meanOfOthers(mind, present)] : []
      mind = apply(think, concat([known, mind, ...heard], 2))
    }
    return {
      logits: apply(decide, mind),
      ...(options.expects ? { value: reshape(apply(expect, mind), [n, agents]) } : {}),
      messages: concat(said, 1),
    }
  })
}
