// What all agents tell of their trainings: numbers of the log, what watches them, and what they offer.

import { cast, mul, reduceMax, reduceMean, reduceSum } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import type { NamedValues } from '../layers/ports.ts'
import { agentWatches } from '../watches/index.ts'
import type { Log, Objective } from './objective.ts'
import type { Offer } from './offer.ts'
import type { PhaseResult } from './phase.ts'
import { bestAction, bestValue, oneHot, type ValueKind } from './q-values.ts'

const numberOf = (name: string, label: string, axis: 'left' | 'right', color: string) => ({
  name,
  label,
  axis,
  color,
})

/** Returns and lengths are means of the last hundred episodes, in which the agent still explored. */
const LOGS = [
  numberOf('meanReturn', 'return', 'left', '#fe6100'),
  numberOf('meanLength', 'episode length', 'left', '#785ef0'),
  numberOf('value', 'value of the best action', 'left', '#648fff'),
  numberOf('loss', 'loss', 'right', '#dc267f'),
  numberOf('epsilon', 'epsilon', 'right', '#ffb000'),
  numberOf('sameAction', 'share of the commonest best action', 'right', '#009e73'),
]

/** Numbers of the log, of the phase of this name that descends. */
export const agentLogs = (phase: string): Log[] =>
  LOGS.map((log) => ({
    ...log,
    value: (results: Readonly<Record<string, PhaseResult>>) =>
      log.name === 'loss' ? results[phase]!.loss : results[phase]!.metrics![log.name]!,
  }))

/**
 * The metrics of such a phase.
 *
 * @param acting   values of the actions, of observations whose best value is told `[n, actions]`
 * @param learned  values of the actions, of the batch `[batch, actions]`
 * @param data     columns with what is told of the play
 */
export function agentMetrics(acting: Value, learned: Value, data: NamedValues): Record<string, Value> {
  const [batch, actions] = learned.shape as [number, number]
  const counts = reduceSum(oneHot(bestAction(learned), actions), { axes: [0] })
  const one = (column: string): Value => reduceSum(data[column]!)
  return {
    value: reduceMean(bestValue(acting)),
    meanReturn: one('meanReturn'),
    meanLength: one('meanLength'),
    epsilon: one('epsilon'),
    sameAction: mul(reduceMax(counts), 1 / batch),
  }
}

/** What a network offers that gives numbers for each action. */
const actOffer = ({ values, probabilities }: ValueKind): Offer<'online'> => ({
  network: 'online',
  finish: values,
  ...(probabilities ? { more: { probabilities } } : {}),
  meaning: probabilities
    ? 'logits of how probable each return of each action is'
    : 'mean return of each action',
})

/** What an agent tells, is watched for, and offers. */
export const agentParts = (
  phase: string,
  kind: ValueKind,
): Pick<Objective<'online'>, 'logs' | 'watches' | 'offers'> => ({
  logs: agentLogs(phase),
  watches: agentWatches({
    meanReturn: 'meanReturn',
    value: 'value',
    sameAction: 'sameAction',
    highest: kind.returns?.at(-1),
  }),
  offers: { act: actOffer(kind) },
})

/** What environments show, bits or numbers, as networks take it. */
export const asNumbers = (seen: Value): Value => cast(seen, 'float32')
