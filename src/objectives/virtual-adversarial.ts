// Virtual adversarial training: answers to unlabelled images that do not change where they would change most.
import { gradients } from '../autodiff/backward.ts'
import {
  add,
  div,
  exp,
  logSoftmax,
  mul,
  neg,
  reduceMean,
  reduceSum,
  sqrt,
  square,
  stopGradient,
} from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { inputOf } from '../layers/use.ts'
import {
  softmaxDivergence,
  sparseCategoricalAccuracy,
  sparseCategoricalCrossentropy,
} from '../losses/index.ts'
import { checkNumber } from '../util/options.ts'
import type { ClassificationOptions } from './classification.ts'
import { type Objective, objective } from './objective.ts'
import { classificationFor } from './robust-classification.ts'
import { semiSupervisedLogs } from './semi-supervised-logs.ts'
import { unlabelledImages } from './unlabelled-images.ts'

export interface VirtualAdversarialOptions extends ClassificationOptions {
  /** How far an image is moved, in the Euclidean norm, images being in [0, 1]; default 2. */
  readonly eps?: number
  /** How far it is moved to find the direction; default 0.1. */
  readonly xi?: number
  /** Weight of the divergence; default 1. */
  readonly weight?: number
  /** Weight of the entropy of answers to unlabelled images; default 1, 0 leaves it out. */
  readonly entropy?: number
}

/** Each example of length 1. */
function directions(x: Value): Value {
  const axes = x.shape.map((_, axis) => axis).slice(1)
  return div(x, sqrt(add(reduceSum(square(x), { axes, keepdims: true }), 1e-24)))
}

/** Mean entropy of answers, in nats. */
export const meanEntropy = (logits: Value): Value => {
  const logs = logSoftmax(logits)
  return neg(reduceMean(reduceSum(mul(exp(logs), logs), { axes: [-1] })))
}

/**
 * Descends the cross-entropy of a few labels, and for unlabelled images KL(p(x) || p(x + r)) where r is of length eps in the direction in
 * which that grows fastest, found by one step of power iteration from a direction of chance; and the entropy of the answers. The direction
 * is looked for in inference mode and is a constant. The data has a column `unlabelled`.
 *
 * @throws ConfigError for options that are missing, unknown or out of range; ShapeError for a classifier whose output is no list of logits
 * @source Miyato et al. 2018, arXiv:1704.03976
 */
export function virtualAdversarial(options: VirtualAdversarialOptions): Objective<'classifier'> {
  const { base, where, column } = classificationFor('virtualAdversarial', options, [
    'eps',
    'xi',
    'weight',
    'entropy',
  ])
  const eps = checkNumber(where, 'eps', options.eps ?? 2, { above: 0 })
  const xi = checkNumber(where, 'xi', options.xi ?? 0.1, { above: 0 })
  const weight = checkNumber(where, 'weight', options.weight ?? 1, { atLeast: 0 })
  const entropyWeight = checkNumber(where, 'entropy', options.entropy ?? 1, { atLeast: 0 })
  const image = inputOf(options.classifier).shape
  return objective({
    ...base,
    phases: [
      {
        name: 'classifier',
        updates: ['classifier'],
        optimizer: options.optimizer,
        loss(context) {
          const { data, random, networks } = context
          const { classifier } = networks
          const named = classifier(data[column]!)
          const supervised = sparseCategoricalCrossentropy(named, data.labels!)
          const images = unlabelledImages(context, { column, image })
          const still = stopGradient(classifier.inference(images))
          const nudge = mul(directions(random.normal(images.shape)), xi)
          const [slope] = gradients(softmaxDivergence(still, classifier.inference(add(images, nudge))), [
            nudge,
          ])
          const worst = mul(stopGradient(directions(slope!)), eps)
          const divergence = softmaxDivergence(still, classifier(add(images, worst)))
          const entropy = meanEntropy(classifier(images))
          return {
            loss: add(add(supervised, mul(divergence, weight)), mul(entropy, entropyWeight)),
            metrics: {
              supervised,
              divergence,
              entropy,
              accuracy: sparseCategoricalAccuracy(named, data.labels!),
            },
          }
        },
      },
    ],
    logs: semiSupervisedLogs([
      { name: 'divergence', label: 'divergence where it grows most' },
      { name: 'entropy', label: 'entropy of answers' },
    ]),
  })
}
