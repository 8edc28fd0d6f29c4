// What is logged of a classifier that is trained on changed examples, beside what it does on examples as they are.
import type { Value } from '../graph/value.ts'
import { sparseCategoricalAccuracy, sparseCategoricalCrossentropy } from '../losses/index.ts'
import type { Log } from './objective.ts'
import type { PhaseResult } from './phase.ts'

/** Logits of the same examples, as they are and changed, with what is descended. */
export interface Compared {
  readonly loss: Value
  readonly clean: Value
  readonly changed: Value
  readonly labels: Value
}

/** The result of a phase with the numbers that `robustLogs` reads. */
export const compared = ({ loss, clean, changed, labels }: Compared): PhaseResult => ({
  loss,
  metrics: {
    cleanLoss: sparseCategoricalCrossentropy(clean, labels),
    accuracy: sparseCategoricalAccuracy(clean, labels),
    changedAccuracy: sparseCategoricalAccuracy(changed, labels),
  },
})

/**
 * @param phase    whose result is `compared`
 * @param changed  what the accuracy on changed examples is called: name and label
 */
export function robustLogs(
  phase: string,
  changed: { readonly name: string; readonly label: string } = {
    name: 'robustAccuracy',
    label: 'accuracy under attack',
  },
): Log[] {
  const metric =
    (name: string): Log['value'] =>
    (results) =>
      results[phase]!.metrics![name]!
  return [
    { name: 'loss', label: 'loss', axis: 'left', color: '#fe6100', value: (results) => results[phase]!.loss },
    {
      name: 'cleanLoss',
      label: 'cross-entropy, unchanged examples',
      axis: 'left',
      color: '#dc267f',
      dash: 'dashDot',
      value: metric('cleanLoss'),
    },
    {
      name: 'accuracy',
      label: 'accuracy',
      axis: 'right',
      color: '#785ef0',
      format: 'percent',
      value: metric('accuracy'),
    },
    {
      ...changed,
      axis: 'right',
      color: '#648fff',
      dash: 'dashDot',
      format: 'percent',
      value: metric('changedAccuracy'),
    },
  ]
}
