// A team that is told what each of its agents should have done.
import { neg, reduceMean } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { NETWORK, type Network } from '../layers/network.ts'
import type { NamedValues } from '../layers/ports.ts'
import { OPTIMIZER, type Optimizer } from '../optimizers/optimizer.ts'
import { checkArguments, FUNCTION, NAME } from '../util/arguments.ts'
import { type Objective, objective } from './objective.ts'
import { drawActions, logProbability, oneHotActions } from './policy.ts'

export interface TaughtTeamOptions {
  readonly name: string
  /** From the columns of its inputs' names to `logits` [agents, actions]; named `team`. */
  readonly team: Network
  readonly optimizer: Optimizer
  /** The column with the action of each agent, `[agents]`. */
  readonly target: string
  /** The reward of each team `[n]`, of what each agent does: 1 at its action, else 0, `[n, agents, actions]`; it is logged, for actions drawn. */
  readonly reward: (done: Value, data: NamedValues) => Value
}

/**
 * Minimises the mean cross-entropy of each agent's choice.
 *
 * @throws ConfigError for options that are missing or of another kind
 */
export function taughtTeam(options: TaughtTeamOptions): Objective<'team'> {
  checkArguments('taughtTeam', options, {
    name: NAME,
    team: NETWORK,
    optimizer: OPTIMIZER,
    target: NAME,
    reward: FUNCTION,
  })
  const { name, team, optimizer, target, reward } = options
  return objective<'team'>({
    name,
    networks: { team },
    phases: [
      {
        name: 'team',
        updates: ['team'],
        optimizer,
        loss({ data, networks, random }) {
          const given = Object.fromEntries(Object.keys(team.inputs).map((input) => [input, data[input]!]))
          const logits = networks.team.outputs(given).logits!
          const actions = logits.shape[2]!
          const done = oneHotActions(drawActions(logits, random.uniform(logits.shape, 1e-7, 1)), actions)
          return {
            loss: neg(reduceMean(logProbability(logits, oneHotActions(data[target]!, actions)))),
            metrics: { reward: reduceMean(reward(done, data)) },
          }
        },
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
        name: 'loss',
        label: 'cross-entropy',
        axis: 'right',
        color: '#dc267f',
        value: ({ team: found }) => found!.loss,
      },
    ],
  })
}
