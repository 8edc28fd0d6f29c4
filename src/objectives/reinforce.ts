// REINFORCE of a team in one step: actions are drawn inside the step that learns, and a reward is shared by all.
import { add, mul, neg, reduceMean, reshape, stopGradient, sub } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { NETWORK, type Network } from '../layers/network.ts'
import type { NamedValues } from '../layers/ports.ts'
import { OPTIMIZER, type Optimizer } from '../optimizers/optimizer.ts'
import { ANYTHING, checkArguments, FUNCTION, NAME } from '../util/arguments.ts'
import { checkBoolean, checkNumber } from '../util/options.ts'
import { type Objective, objective } from './objective.ts'
import { choiceEntropy, drawActions, logProbability, normalized, oneHotActions } from './policy.ts'

export interface ReinforceOptions {
  readonly name: string
  /** From the columns of its inputs' names to `logits` [agents, actions]; named `team`. */
  readonly team: Network
  readonly optimizer: Optimizer
  /** The reward of each team `[n]`, of what each agent does: 1 at its action, else 0, `[n, agents, actions]`. */
  readonly reward: (done: Value, data: NamedValues) => Value
  /** Share of the baseline that stays at each step, of a mean of rewards that decays exponentially. */
  readonly baseline: number
  /** Weight of the mean entropy of the choices, which is added to what is maximised. */
  readonly entropy: number
  /** Brings rewards less the baseline to mean 0 and deviation 1 over the batch; the baseline then only matters for the log. */
  readonly normalize: boolean
}

/**
 * Maximises the mean reward: the loss is -(r - b) log p(action), b the baseline before this step, less `entropy` times the entropy; both
 * are means over batch and agents.
 *
 * @throws ConfigError for options that are missing or of another kind
 * @source Williams 1992
 */
export function reinforce(options: ReinforceOptions): Objective<'team'> {
  checkArguments('reinforce', options, {
    name: NAME,
    team: NETWORK,
    optimizer: OPTIMIZER,
    reward: FUNCTION,
    baseline: ANYTHING,
    entropy: ANYTHING,
    normalize: ANYTHING,
  })
  const { name, team, optimizer, reward } = options
  const kept = checkNumber('reinforce', 'baseline', options.baseline, { atLeast: 0, below: 1 })
  const weight = checkNumber('reinforce', 'entropy', options.entropy, { atLeast: 0 })
  const normalize = checkBoolean('reinforce', 'normalize', options.normalize)
  return objective<'team'>({
    name,
    networks: { team },
    variables: { baseline: { shape: [] } },
    phases: [
      {
        name: 'team',
        updates: ['team'],
        optimizer,
        loss({ data, networks, random, variables }) {
          const given = Object.fromEntries(Object.keys(team.inputs).map((input) => [input, data[input]!]))
          const logits = networks.team.outputs(given).logits!
          const [n, , actions] = logits.shape as [number, number, number]
          const done = oneHotActions(drawActions(logits, random.uniform(logits.shape, 1e-7, 1)), actions)
          const rewards = reward(done, data)
          const over = sub(rewards, variables.baseline!)
          const advantage = stopGradient(reshape(normalize ? normalized(over) : over, [n, 1]))
          const entropy = reduceMean(choiceEntropy(logits))
          const gain = reduceMean(mul(advantage, logProbability(logits, done)))
          return {
            loss: sub(neg(gain), mul(entropy, weight)),
            metrics: { reward: reduceMean(rewards), entropy },
          }
        },
      },
      {
        name: 'expect',
        assign: ({ variables, results }) => ({
          baseline: add(mul(variables.baseline!, kept), mul(results.team!.metrics!.reward!, 1 - kept)),
        }),
      },
    ],
    logs: [
      {
        name: 'reward',
        label: 'reward',
        axis: 'left',
        color: '#fe6100',
        value: ({ team: found }) => found!.metrics!.reward!,
      },
      {
        name: 'baseline',
        label: 'baseline',
        axis: 'left',
        color: '#648fff',
        value: (_, { baseline }) => baseline!,
      },
      {
        name: 'entropy',
        label: 'entropy of a choice',
        axis: 'right',
        color: '#785ef0',
        value: ({ team: found }) => found!.metrics!.entropy!,
      },
    ],
  })
}
