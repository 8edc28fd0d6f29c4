// PQN: Q-learning on what was just played by many copies, without a memory and without a target network.
import { mul, reduceMean, reduceSum, square, sub } from '../graph/build.ts'
import { NETWORK, type Network } from '../layers/network.ts'
import { outputOf } from '../layers/use.ts'
import { OPTIMIZER, type Optimizer } from '../optimizers/optimizer.ts'
import { checkArguments, NAME } from '../util/arguments.ts'
import { sizeOf } from '../util/shape.ts'
import { agentMetrics, agentParts, asNumbers } from './agent-logs.ts'
import { type Objective, objective } from './objective.ts'
import { expectedValues, oneHot } from './q-values.ts'

export interface PqnOptions {
  readonly name: string
  /** From an observation to a number for each action, named `online`, with normalized layers. */
  readonly online: Network
  readonly optimizer: Optimizer
}

/**
 * Learns from columns `observation`, `action` and `target`, the λ-return of each: half the mean square of the error.
 *
 * @source Gallici et al. 2025, arXiv:2407.04811
 */
export function pqn(options: PqnOptions): Objective<'online'> {
  checkArguments('pqn', options, {
    name: NAME,
    online: NETWORK,
    optimizer: OPTIMIZER,
  })
  const { name, online, optimizer } = options
  const actions = sizeOf(outputOf(online).shape)
  return objective<'online'>({
    name,
    networks: { online },
    phases: [
      {
        name: 'learn',
        updates: ['online'],
        optimizer,
        loss({ data, networks }) {
          const values = networks.online(asNumbers(data.observation!))
          const found = reduceSum(mul(values, oneHot(data.action!, actions)), { axes: [1] })
          return {
            loss: mul(reduceMean(square(sub(found, data.target!))), 0.5),
            metrics: agentMetrics(values, values, data),
          }
        },
      },
    ],
    ...agentParts('learn', expectedValues),
  })
}
