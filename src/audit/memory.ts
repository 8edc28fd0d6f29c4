// How much memory an audit takes, told before it starts.
import { gradients } from '../autodiff/index.ts'
import type { ImageClassifier } from '../classifiers/classifier.ts'
import * as g from '../graph/build.ts'
import { input } from '../graph/value.ts'
import { peakBytes } from '../training/memory.ts'
import { ConfigError } from '../util/errors.ts'
import { formatSize } from '../util/format.ts'

/**
 * Bytes of one step of an attack with gradients, at its worst moment: weights, maps and their gradients for a batch. What the
 * runtime needs for itself, and the images of the audit, come on top. Of a file that is only asked it is not known: 0.
 */
export function attackBytes(classifier: ImageClassifier, batch: number): number {
  if (classifier.notDifferentiable !== undefined) return 0
  const { height, width, channels } = classifier.image
  const images = input('images', [batch, height, width, channels])
  const [gradient] = gradients(g.reduceSum(classifier.logits(images)), [images])
  return peakBytes({ inputs: [images], outputs: { gradient: gradient! } })
}

/**
 * @param most  bytes that a step may take
 * @throws ConfigError when it takes more, with what makes it smaller
 */
export function checkAttackMemory(bytes: number, batch: number, most: number): void {
  if (bytes > most)
    throw new ConfigError(
      `a step of an attack on ${batch} images at once takes ${formatSize(bytes)}, more than the ${formatSize(most)} that it may take on this machine; choose a smaller --batch`,
    )
}
