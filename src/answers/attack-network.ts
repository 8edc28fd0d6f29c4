// The audited classifier with its gradients as one ONNX file: what a page needs to attack an image of one's own.

import { MODEL_COPY, readingOf } from '../audit/node/reading.ts'
import { gradients } from '../autodiff/index.ts'
import { openClassifier } from '../classifiers/open-classifier.ts'
import * as g from '../graph/build.ts'
import { input } from '../graph/value.ts'
import { lowerPortably } from '../lowering/index.ts'
import { exportModel } from '../onnx/export.ts'
import { AUDIT, type AuditConfig } from '../runs/audit.ts'
import type { RunFolder } from '../runs/node/index.ts'
import { DataError } from '../util/errors.ts'

/** What stands for a class that cannot be. */
const FAR = 1e9

/**
 * Inputs `image` [1, height, width, channels] in [0, 1] and `truth` [1, classes], 1 at the true class; outputs `logits`, and the
 * gradients of cross-entropy (`loss`) and of the margin of the best other class (`margin`) with respect to the image.
 *
 * @throws DataError when the copy of the model is gone
 */
export async function attackNetwork(run: RunFolder<AuditConfig>): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await run.readFile(MODEL_COPY)
  if (!bytes)
    throw new DataError(`${run.folder} has no ${MODEL_COPY}: ${AUDIT.called} keeps a copy of its model`)
  const classifier = openClassifier(bytes, { ...readingOf(run.config.settings), passThrough: true })
  if (classifier.notDifferentiable !== undefined)
    throw new DataError(`this model has no gradients: ${classifier.notDifferentiable}`)
  const { height, width, channels } = classifier.image
  const image = input('image', [1, height, width, channels])
  const truth = input('truth', [1, classifier.classes])
  const logits = classifier.logits(image)
  const loss = g.neg(g.reduceSum(g.mul(truth, g.logSoftmax(logits))))
  const others = g.sub(logits, g.mul(truth, FAR))
  const margin = g.sub(g.reduceSum(g.reduceMax(others, { axes: [1] })), g.reduceSum(g.mul(truth, logits)))
  const [ofLoss] = gradients(loss, [image])
  const [ofMargin] = gradients(margin, [image])
  return new Uint8Array(
    exportModel(
      lowerPortably({ inputs: [image, truth], outputs: { logits, loss: ofLoss!, margin: ofMargin! } }),
      { name: 'attacked classifier' },
    ),
  )
}
