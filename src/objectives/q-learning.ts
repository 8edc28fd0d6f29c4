// Q-learning with a target network: what an agent does is an output of the step that learns, so that both use the same weights.
import { cast, mul, reduceMean } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { copyOf } from '../layers/copy.ts'
import { NETWORK, type Network } from '../layers/network.ts'
import { outputOf } from '../layers/use.ts'
import { OPTIMIZER, type Optimizer } from '../optimizers/optimizer.ts'
import { ANYTHING, checkArguments, NAME, withParts } from '../util/arguments.ts'
import { ConfigError } from '../util/errors.ts'
import { checkNumber } from '../util/options.ts'
import { sizeOf } from '../util/shape.ts'
import { agentMetrics, agentParts, asNumbers } from './agent-logs.ts'
import { type Objective, objective } from './objective.ts'
import type { BoundNetwork } from './phase.ts'
import { bestAction, type ValueKind } from './q-values.ts'

export interface QLearningOptions {
  readonly name: string
  /** From an observation to `perAction` numbers for each action, `[actions * perAction]`; named `online`. */
  readonly online: Network
  /** What is learned about actions. */
  readonly kind: ValueKind
  readonly optimizer: Optimizer
  /** Updates after which the target network becomes a copy of the one that learns. */
  readonly targetEvery: number
  /** The learning network chooses the action whose worth the target network tells (van Hasselt et al. 2016, arXiv:1509.06461). */
  readonly double: boolean
  /** Whether the network has noisy layers, which then explore: it acts and is compared with noise. Default false. */
  readonly noisy?: boolean
}

const KIND = withParts('what is learned about actions, such as expectedValues', {
  methods: ['values', 'learn'],
})

/**
 * Learns from columns `observation`, `action`, `reward`, `discount`, `next` and `weight` of transitions, and gives back of each its
 * `priority`; of `acting`, what environments show now, it gives back the best `action`.
 *
 * @throws ConfigError for options that are missing or of another kind, and for a network that does not give numbers for each action
 */
export function qLearning(options: QLearningOptions): Objective<'online' | 'target'> {
  checkArguments('qLearning', options, {
    name: NAME,
    online: NETWORK,
    kind: KIND,
    optimizer: OPTIMIZER,
    targetEvery: ANYTHING,
    double: ANYTHING,
    noisy: ANYTHING,
  })
  const { name, online, kind, optimizer, double, noisy = false } = options
  const every = checkNumber('qLearning', 'targetEvery', options.targetEvery, { integer: true, atLeast: 1 })
  const numbers = sizeOf(outputOf(online).shape)
  if (numbers % kind.perAction !== 0)
    throw new ConfigError(
      `qLearning "${name}": expected ${kind.perAction} numbers for each action, the network gives ${numbers}; end it with dense({ units: actions * ${kind.perAction} })`,
    )
  return objective<'online' | 'target'>({
    name,
    networks: { online, target: copyOf(online, 'target') },
    phases: [
      {
        name: 'learn',
        updates: ['online'],
        optimizer,
        loss({ data, networks }) {
          const { action, reward, discount, weight } = data
          // Environments show bits, or numbers.
          const [acting, observation, next] = [data.acting!, data.observation!, data.next!].map(asNumbers)
          // A network with noise acts and is compared with noise, each time drawn anew.
          const asked = (network: BoundNetwork, seen: Value): Value =>
            noisy ? network(seen) : network.inference(seen)
          const onlineNext = double ? asked(networks.online, next!) : undefined
          const targetNext = asked(networks.target, next!)
          const chosen = bestAction(kind.values(onlineNext ?? targetNext))
          const found = networks.online(observation!)
          const { loss, priority } = kind.learn(found, targetNext, chosen, {
            action: action!,
            reward: reward!,
            discount: discount!,
          })
          const now = kind.values(asked(networks.online, acting!))
          return {
            loss: reduceMean(mul(loss, weight!)),
            metrics: agentMetrics(now, kind.values(found), data),
            perExample: { priority, action: cast(bestAction(now), 'float32') },
          }
        },
      },
      { name: 'follow', every, assign: ({ networks }) => ({ target: networks.online.weights }) },
    ],
    ...agentParts('learn', kind),
  })
}
