// Classification: one network learns to give the label of an example the largest logit.
import { NETWORK, type Network } from '../layers/network.ts'
import { outputOf } from '../layers/use.ts'
import { sparseCategoricalAccuracy, sparseCategoricalCrossentropy } from '../losses/index.ts'
import { OPTIMIZER, type Optimizer } from '../optimizers/optimizer.ts'
import { checkArguments, NAME } from '../util/arguments.ts'
import { ShapeError } from '../util/errors.ts'
import { formatShape, sizeOf } from '../util/shape.ts'
import { descentWatches } from '../watches/index.ts'
import { type Objective, objective } from './objective.ts'
import { columnFor } from './offer.ts'

export interface ClassificationOptions {
  readonly name: string
  /** From an example to one logit per class; named `classifier`. */
  readonly classifier: Network
  readonly optimizer: Optimizer
}

/**
 * Minimises the softmax cross-entropy of the labels. Every example is seen once before any is seen twice.
 *
 * @throws ConfigError for options that are missing or of another kind; ShapeError for a classifier whose output is no list of logits
 */
export function classification(options: ClassificationOptions): Objective<'classifier'> {
  checkArguments('classification', options, { name: NAME, classifier: NETWORK, optimizer: OPTIMIZER })
  const { name, classifier, optimizer } = options
  const { shape } = outputOf(classifier)
  const column = columnFor(classifier)
  if (shape.length !== 1)
    throw new ShapeError(
      `classification "${name}": the classifier must end in one logit per class, such as [10], got ${formatShape(shape)}; end it with dense({ units: 10 })`,
    )
  return objective({
    name,
    networks: { classifier },
    phases: [
      {
        name: 'classifier',
        updates: ['classifier'],
        optimizer,
        loss: ({ data: { [column]: examples, labels }, networks }) => {
          const logits = networks.classifier(examples!)
          return {
            loss: sparseCategoricalCrossentropy(logits, labels!),
            metrics: { accuracy: sparseCategoricalAccuracy(logits, labels!) },
          }
        },
      },
    ],
    logs: [
      {
        name: 'loss',
        label: 'cross-entropy',
        axis: 'left',
        color: '#fe6100',
        value: (results) => results.classifier!.loss,
      },
      {
        name: 'accuracy',
        label: 'accuracy',
        axis: 'right',
        color: '#785ef0',
        format: 'percent',
        value: (results) => results.classifier!.metrics!.accuracy!,
      },
    ],
    offers: { classify: { network: 'classifier' } },
    watches: descentWatches({ loss: 'loss', chance: Math.log(sizeOf(shape)) }),
    pictures: [{ kind: 'confusion-matrix' }],
  })
}
