// Classification of examples of several labels: one network learns to tell of each class whether it is present.
import { NETWORK, type Network } from '../layers/network.ts'
import { outputOf } from '../layers/use.ts'
import { binaryCrossentropy, classesPresent, exactMatch } from '../losses/index.ts'
import { OPTIMIZER, type Optimizer } from '../optimizers/optimizer.ts'
import { ANYTHING, checkArguments, NAME } from '../util/arguments.ts'
import { ShapeError } from '../util/errors.ts'
import { checkNumber } from '../util/options.ts'
import { formatShape } from '../util/shape.ts'
import { descentWatches } from '../watches/index.ts'
import { type Objective, objective } from './objective.ts'
import { columnFor } from './offer.ts'

export interface MultiLabelOptions {
  readonly name: string
  /** From an example to one logit per class, each by itself; named `classifier`. */
  readonly classifier: Network
  readonly optimizer: Optimizer
  /** Labels of an example. */
  readonly labels: number
}

/**
 * Minimises the binary cross-entropy of each class, the mean over classes and examples. An example counts as right when its k largest
 * logits are those of its k labels.
 *
 * @throws ConfigError for options that are missing or of another kind; ShapeError for a classifier whose output is no list of logits
 */
export function multiLabelClassification(options: MultiLabelOptions): Objective<'classifier'> {
  checkArguments('multiLabelClassification', options, {
    name: NAME,
    classifier: NETWORK,
    optimizer: OPTIMIZER,
    labels: ANYTHING,
  })
  const { name, classifier, optimizer } = options
  const where = `multiLabelClassification "${name}"`
  const k = checkNumber(where, 'labels', options.labels, { integer: true, atLeast: 1 })
  const { shape } = outputOf(classifier)
  if (shape.length !== 1)
    throw new ShapeError(
      `${where}: the classifier must end in one logit per class, such as [10], got ${formatShape(shape)}; end it with dense({ units: 10 })`,
    )
  const classes = shape[0]!
  const column = columnFor(classifier)
  const share = k / classes
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
            loss: binaryCrossentropy(logits, classesPresent(labels!, classes)),
            metrics: { accuracy: exactMatch(logits, labels!) },
          }
        },
      },
    ],
    logs: [
      {
        name: 'loss',
        label: 'binary cross-entropy',
        axis: 'left',
        color: '#fe6100',
        value: (results) => results.classifier!.loss,
      },
      {
        name: 'accuracy',
        label: `all ${k} labels right`,
        axis: 'right',
        color: '#785ef0',
        format: 'percent',
        value: (results) => results.classifier!.metrics!.accuracy!,
      },
    ],
    offers: { classify: { network: 'classifier' } },
    watches: descentWatches({
      loss: 'loss',
      chance: -share * Math.log(share) - (1 - share) * Math.log(1 - share),
    }),
  })
}
