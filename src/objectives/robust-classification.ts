// What objectives share whose classifier learns changed examples: their arguments, and a log of both, changed and as they are.
import type { Value } from '../graph/value.ts'
import { NETWORK } from '../layers/network.ts'
import { sparseCategoricalAccuracy, sparseCategoricalCrossentropy } from '../losses/index.ts'
import { OPTIMIZER } from '../optimizers/optimizer.ts'
import { ANYTHING, checkArguments, NAME } from '../util/arguments.ts'
import { type ClassificationOptions, classification } from './classification.ts'
import type { Log, Objective } from './objective.ts'
import { columnFor } from './offer.ts'
import type { PhaseResult } from './phase.ts'

/**
 * The classification that is to be changed, of the options that all of them take.
 *
 * @param what  as messages begin
 * @param own   names of the options that this one takes beside them, which it checks itself
 * @throws ConfigError for options that are missing, unknown or of another kind; ShapeError for a classifier whose output is no
 *         list of logits
 */
export function classificationFor(
  what: string,
  given: ClassificationOptions,
  own: readonly string[],
): { readonly base: Objective<'classifier'>; readonly where: string; readonly column: string } {
  checkArguments(what, given, {
    name: NAME,
    classifier: NETWORK,
    optimizer: OPTIMIZER,
    ...Object.fromEntries(own.map((name) => [name, ANYTHING])),
  })
  const { name, classifier, optimizer } = given
  return {
    base: classification({ name, classifier, optimizer }),
    where: `${what} "${name}"`,
    column: columnFor(classifier),
  }
}

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
