// Capsules: a network whose capsule of a class is long where the class is present, held to what it says by a decoder that draws it.
import { add, cast, mul, reduceSum, reshape, square, sub } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { NETWORK, type Network } from '../layers/network.ts'
import { inputOf, outputNamed, outputOf } from '../layers/use.ts'
import { classesPresent, exactMatch, marginLoss, oneHot } from '../losses/index.ts'
import { OPTIMIZER, type Optimizer } from '../optimizers/optimizer.ts'
import { ANYTHING, checkArguments, NAME } from '../util/arguments.ts'
import { ShapeError } from '../util/errors.ts'
import { checkNumber } from '../util/options.ts'
import { formatShape, sameShape } from '../util/shape.ts'
import { descentWatches } from '../watches/index.ts'
import { type Log, type Objective, objective } from './objective.ts'
import { columnFor } from './offer.ts'
import type { PhaseResult } from './phase.ts'

/** Outputs of a network of capsules: one capsule for each class, and how long they are. */
export const CAPSULES = 'capsules'
export const LENGTHS = 'lengths'

export interface CapsulesOptions {
  readonly name: string
  /** From an example to `lengths` [classes], first, and `capsules` [classes, dimension]; named `classifier`. */
  readonly classifier: Network
  /** From capsules [classes, dimension], all but one of them zeros, to an example; named `decoder`. Default: none. */
  readonly decoder?: Network
  readonly optimizer: Optimizer
  /**
   * Weight of the squared differences between an image and what the decoder makes of it, summed over pixels; default 0.0005, that is 0.392
   * of their mean over 28 x 28 pixels.
   */
  readonly reconstruction?: number
  /** Labels of an example; default 1. */
  readonly labels?: number
}

/** The margin loss of capsules that are as long for every class, the length being the best there is. */
export function marginOfChance(classes: number, labels: number): number {
  const others = 0.5 * (classes - labels)
  const length = (0.9 * labels + 0.1 * others) / (labels + others)
  return labels * (0.9 - length) ** 2 + others * (length - 0.1) ** 2
}

/** Each label's capsule alone, in the order of the labels: [n, classes, d] to [n k, classes, d]. */
function alone(capsules: Value, labels: Value): Value {
  const [n, classes, dimension] = capsules.shape as [number, number, number]
  const rows = oneHot(labels, classes) // [n, k, classes]
  const k = rows.shape[1]!
  const masked = mul(reshape(capsules, [n, 1, classes, dimension]), reshape(rows, [n, k, classes, 1]))
  return reshape(masked, [n * k, classes, dimension])
}

const ARGUMENTS = {
  name: NAME,
  classifier: NETWORK,
  optimizer: OPTIMIZER,
  decoder: ANYTHING,
  reconstruction: ANYTHING,
  labels: ANYTHING,
}

/** @throws ShapeError unless the decoder draws what the classifier looks at of what that finds */
function checkDecoder(where: string, classifier: Network, decoder: Network): void {
  const [given, found] = [inputOf(classifier).shape, outputNamed(classifier, CAPSULES).shape]
  const [taken, made] = [inputOf(decoder).shape, outputOf(decoder).shape]
  if (!sameShape(taken, found) || !sameShape(made, given))
    throw new ShapeError(
      `${where}: from capsules ${formatShape(found)} the decoder makes an example ${formatShape(given)}, got one from ${formatShape(taken)} to ${formatShape(made)}`,
    )
}

/**
 * Minimises the margin loss of the capsules' lengths and, with a decoder, the reconstruction of each example from the capsule of its true
 * class alone. Examples may have one label, or several: `labels` [k], with what each label stands for by itself in the column `parts`
 * [k, ...example], which is then what the decoder makes of that label's capsule.
 *
 * @throws ConfigError for options that are missing or of another kind; ShapeError for networks that do not fit together
 * @source Sabour et al. 2017, arXiv:1710.09829, sections 3, 4.1 and 6
 */
export function capsules(options: CapsulesOptions): Objective<'classifier' | 'decoder'> {
  checkArguments('capsules', options, ARGUMENTS)
  const { name, classifier, decoder, optimizer, reconstruction = 0.0005 } = options
  const where = `capsules "${name}"`
  checkNumber(where, 'reconstruction', reconstruction, { atLeast: 0 })
  const k = checkNumber(where, 'labels', options.labels ?? 1, { integer: true, atLeast: 1 })
  const [lengths, found] = [outputNamed(classifier, LENGTHS), outputNamed(classifier, CAPSULES)]
  const [classes] = found.shape
  if (found.shape.length !== 2 || !sameShape(lengths.shape, [classes!]))
    throw new ShapeError(
      `${where}: expected ${CAPSULES} [classes, dimension] and ${LENGTHS} [classes], got ${formatShape(found.shape)} and ${formatShape(lengths.shape)}`,
    )
  if (decoder) {
    checkArguments('capsules', { decoder }, { decoder: NETWORK })
    checkDecoder(where, classifier, decoder)
  }
  const column = columnFor(classifier)
  const metric =
    (called: string): Log['value'] =>
    (results: Readonly<Record<string, PhaseResult>>) =>
      results.capsules!.metrics![called]!
  const rebuilt: Log = {
    name: 'reconstruction',
    label: 'squared error of a reconstruction',
    axis: 'left',
    color: '#dc267f',
    dash: 'dashed',
    value: metric('reconstruction'),
  }
  return objective({
    name,
    networks: { classifier, ...(decoder ? { decoder } : {}) } as Record<'classifier' | 'decoder', Network>,
    phases: [
      {
        name: 'capsules',
        updates: decoder ? ['classifier', 'decoder'] : ['classifier'],
        optimizer,
        loss: ({ batchSize, data, networks }) => {
          const { labels } = data
          const { [LENGTHS]: long, [CAPSULES]: made } = networks.classifier.outputs(data[column]!)
          const margin = marginLoss(long!, classesPresent(labels!, classes!))
          const accuracy = exactMatch(long!, labels!)
          if (!decoder) return { loss: margin, metrics: { margin, accuracy } }
          const drawn = networks.decoder(alone(made!, labels!)) // [n k, ...example]
          const wanted = cast('parts' in data ? data.parts! : data[column]!, 'float32')
          // A sum over pixels and over the labels of an example, a mean over examples.
          const error = mul(reduceSum(square(sub(drawn, reshape(wanted, drawn.shape)))), 1 / batchSize)
          return {
            loss: add(margin, mul(error, reconstruction)),
            metrics: { margin, accuracy, reconstruction: error },
          }
        },
      },
    ],
    logs: [
      { name: 'loss', label: 'margin loss', axis: 'left', color: '#fe6100', value: metric('margin') },
      {
        name: 'accuracy',
        label: k === 1 ? 'accuracy' : `all ${k} labels right`,
        axis: 'right',
        color: '#785ef0',
        format: 'percent',
        value: metric('accuracy'),
      },
      ...(decoder ? [rebuilt] : []),
    ],
    offers: {
      classify: {
        network: 'classifier',
        output: LENGTHS,
        meaning: 'how long the capsule of each class is, and its numbers',
      },
      capsules: { network: 'classifier', output: CAPSULES },
      ...(decoder ? { rebuild: { network: 'decoder' as const } } : {}),
    },
    watches: descentWatches({ loss: 'loss', chance: marginOfChance(classes!, k) }),
    pictures: [
      ...(k === 1 ? [{ kind: 'confusion-matrix' }] : []),
      ...(decoder ? [{ kind: 'capsules' }] : []),
    ],
  })
}
