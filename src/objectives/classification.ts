// Classification: one network learns to give the label of an example the largest logit.
import type { Network } from '../layers/network.ts'
import { sparseCategoricalAccuracy, sparseCategoricalCrossentropy } from '../losses/index.ts'
import type { Optimizer } from '../optimizers/optimizer.ts'
import { type Objective, objective } from './objective.ts'

export interface ClassificationOptions {
  readonly name: string
  /** From an example to one logit per class; named `classifier`. */
  readonly classifier: Network
  readonly optimizer: Optimizer
}

/** Minimises the softmax cross-entropy of the labels. Every example is seen once before any is seen twice. */
export const classification = ({
  name,
  classifier,
  optimizer,
}: ClassificationOptions): Objective<'classifier'> =>
  objective({
    name,
    networks: { classifier },
    phases: [
      {
        name: 'classifier',
        updates: ['classifier'],
        optimizer,
        loss: ({ real, labels, networks }) => {
          const logits = networks.classifier(real)
          return {
            loss: sparseCategoricalCrossentropy(logits, labels),
            metrics: { accuracy: sparseCategoricalAccuracy(logits, labels) },
          }
        },
      },
    ],
    metrics: [
      { name: 'loss', label: 'cross-entropy', axis: 'left', color: '#fe6100' },
      { name: 'accuracy', label: 'accuracy', axis: 'right', color: '#785ef0', format: 'percent' },
    ],
    report: (results) => ({
      loss: results.classifier!.loss,
      accuracy: results.classifier!.metrics!.accuracy!,
    }),
    batches: 'epoch',
    ports: { classifier: { input: 'images', output: 'logits' } },
    classifier: { network: 'classifier' },
  })
