// Q-learning with a target network: what an agent does is an output of the step that learns, so that both use the same weights.
import { cast, mul, reduceMax, reduceMean, reduceSum } from '../graph/build.ts'
import { copyOf } from '../layers/copy.ts'
import { NETWORK, type Network } from '../layers/network.ts'
import { outputOf } from '../layers/use.ts'
import { OPTIMIZER, type Optimizer } from '../optimizers/optimizer.ts'
import { ANYTHING, checkArguments, NAME, withParts } from '../util/arguments.ts'
import { ConfigError } from '../util/errors.ts'
import { checkNumber } from '../util/options.ts'
import { sizeOf } from '../util/shape.ts'
import { agentWatches } from '../watches/index.ts'
import { type Objective, objective } from './objective.ts'
import type { Offer } from './offer.ts'
import { bestAction, bestValue, oneHot, type ValueKind } from './q-values.ts'

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
}

const KIND = withParts('what is learned about actions, such as expectedValues', {
  methods: ['values', 'learn'],
})

/** A number of the log. */
const told = (name: string, label: string, axis: 'left' | 'right', color: string) => ({
  name,
  label,
  axis,
  color,
})

/** What a network does that gives numbers for each action. */
export const actOffer = ({ values, probabilities }: ValueKind): Offer<'online'> => ({
  network: 'online',
  finish: values,
  ...(probabilities ? { more: { probabilities } } : {}),
  meaning: probabilities
    ? 'logits of how probable each return of each action is'
    : 'mean return of each action',
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
  })
  const { name, online, kind, optimizer, double } = options
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
          const [acting, observation, next] = [data.acting!, data.observation!, data.next!].map((seen) =>
            cast(seen, 'float32'),
          )
          const onlineNext = double ? networks.online.inference(next!) : undefined
          const targetNext = networks.target.inference(next!)
          const chosen = bestAction(kind.values(onlineNext ?? targetNext))
          const found = networks.online(observation!)
          const { loss, priority } = kind.learn(found, targetNext, chosen, {
            action: action!,
            reward: reward!,
            discount: discount!,
          })
          const now = kind.values(networks.online.inference(acting!))
          const best = bestAction(kind.values(found))
          const [batch, actions] = [observation!.shape[0]!, numbers / kind.perAction]
          const one = (column: string) => reduceSum(data[column]!)
          return {
            loss: reduceMean(mul(loss, weight!)),
            metrics: {
              value: reduceMean(bestValue(now)),
              meanReturn: one('meanReturn'),
              meanLength: one('meanLength'),
              epsilon: one('epsilon'),
              sameAction: mul(reduceMax(reduceSum(oneHot(best, actions), { axes: [0] })), 1 / batch),
            },
            perExample: { priority, action: cast(bestAction(now), 'float32') },
          }
        },
      },
      { name: 'follow', every, assign: ({ networks }) => ({ target: networks.online.weights }) },
    ],
    // Returns and lengths are means of the last hundred episodes, in which the agent still explored.
    logs: [
      told('meanReturn', 'return', 'left', '#fe6100'),
      told('meanLength', 'episode length', 'left', '#785ef0'),
      told('value', 'value of the best action', 'left', '#648fff'),
      told('loss', 'loss', 'right', '#dc267f'),
      told('epsilon', 'epsilon', 'right', '#ffb000'),
      told('sameAction', 'share of the commonest best action', 'right', '#009e73'),
    ].map((log) => ({
      ...log,
      value: ({ learn }) => (log.name === 'loss' ? learn!.loss : learn!.metrics![log.name]!),
    })),
    offers: { act: actOffer(kind) },
    watches: agentWatches({
      meanReturn: 'meanReturn',
      value: 'value',
      sameAction: 'sameAction',
      highest: kind.returns?.at(-1),
    }),
  })
}
