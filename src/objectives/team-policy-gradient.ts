// Policy gradient of teams that play whole episodes, with what each agent expects as its baseline.
import { add, cast, mul, reduceSum, softmax, square, sub } from '../graph/build.ts'
import { NETWORK, type Network } from '../layers/network.ts'
import { OPTIMIZER, type Optimizer } from '../optimizers/optimizer.ts'
import { ANYTHING, checkArguments, NAME } from '../util/arguments.ts'
import { checkNumber } from '../util/options.ts'
import { type Objective, objective } from './objective.ts'
import { choiceEntropy, logProbability, oneHotActions } from './policy.ts'

export interface TeamPolicyGradientOptions {
  readonly name: string
  /** From `observation` and `present` to `logits` [agents, actions] and `value` [agents]; named `team`. */
  readonly team: Network
  readonly optimizer: Optimizer
  /** Steps from one update to the next, of which one half plays and the other learns. */
  readonly period: number
  /** Weight of the mean entropy of the choices, which is added to what is maximised. */
  readonly entropy: number
  /** Weight of the squared error of what agents expect. */
  readonly valueWeight: number
  /** What the first measure of an episode is, for the log. */
  readonly score: string
}

/**
 * Learns from columns `observation`, `present`, `action`, `advantage`, `return` and `weight`, and gives back of each example the
 * `probabilities` of actions and the `value` that is expected. The gradient of all that was played is summed over a period; then the
 * weights change once:
 *
 *     sum of weight (-advantage log p(action) + valueWeight (return - value)² - entropy H)
 *
 * @throws ConfigError for options that are missing or of another kind
 * @source Williams 1992; Sukhbaatar, Szlam & Fergus 2016, arXiv:1605.07736, section 3
 */
export function teamPolicyGradient(options: TeamPolicyGradientOptions): Objective<'team'> {
  checkArguments('teamPolicyGradient', options, {
    name: NAME,
    team: NETWORK,
    optimizer: OPTIMIZER,
    period: ANYTHING,
    entropy: ANYTHING,
    valueWeight: ANYTHING,
    score: NAME,
  })
  const { name, team, optimizer, score } = options
  const where = 'teamPolicyGradient'
  const period = checkNumber(where, 'period', options.period, { integer: true, atLeast: 2 })
  const entropyWeight = checkNumber(where, 'entropy', options.entropy, { atLeast: 0 })
  const valueWeight = checkNumber(where, 'valueWeight', options.valueWeight, { atLeast: 0 })
  const told = ['score', 'meanReturn', 'entropy', 'valueError', 'level'] as const
  return objective<'team'>({
    name,
    networks: { team },
    phases: [
      {
        name: 'team',
        updates: ['team'],
        optimizer,
        accumulate: period,
        loss({ data, networks }) {
          const { action, advantage, return: returns, weight } = data
          const { logits, value } = networks.team.outputs({
            observation: cast(data.observation!, 'float32'),
            present: data.present!,
          })
          const done = oneHotActions(action!, logits!.shape[2]!)
          const policy = mul(mul(advantage!, logProbability(logits!, done)), -1)
          const open = mul(choiceEntropy(logits!), entropyWeight)
          const expectation = mul(square(sub(returns!, value!)), valueWeight)
          return {
            loss: reduceSum(mul(weight!, add(sub(policy, open), expectation))),
            metrics: Object.fromEntries(told.map((column) => [column, reduceSum(data[column]!)])),
            perExample: { probabilities: softmax(logits!), value: value! },
          }
        },
      },
    ],
    logs: [
      { name: 'score', label: score, axis: 'right', color: '#fe6100', format: 'percent' } as const,
      { name: 'meanReturn', label: 'return of a team', axis: 'left', color: '#648fff' } as const,
      {
        name: 'valueError',
        label: 'squared error of what is expected',
        axis: 'left',
        color: '#dc267f',
      } as const,
      { name: 'entropy', label: 'entropy of a choice', axis: 'left', color: '#785ef0' } as const,
      {
        name: 'level',
        label: 'hardness of the task',
        axis: 'right',
        color: '#ffb000',
        format: 'percent',
      } as const,
    ].map((log) => ({ ...log, value: ({ team: found }) => found!.metrics![log.name]! })),
  })
}
