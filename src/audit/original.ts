// The classifier as it is shipped, at hand for an audit: the original file, run by the runtime and by nothing of ours.
import { askOriginal } from '../classifiers/ask-original.ts'
import type { ImageClassifier } from '../classifiers/classifier.ts'
import type { Engine } from '../runtime/engine.ts'
import { namedIn, type Original } from './part.ts'

export interface OpenOriginal extends Original {
  close(): Promise<void>
}

/**
 * @param engine  runs it; stays open
 * @param bytes   the file
 */
export async function openOriginal(
  engine: Engine,
  bytes: Uint8Array,
  classifier: ImageClassifier,
): Promise<OpenOriginal> {
  const model = await engine.load(bytes)
  return {
    answers: (images) => askOriginal(classifier, model, images),
    async names(images, count) {
      const given = await askOriginal(classifier, model, images)
      return Int32Array.from({ length: count }, (_, i) => namedIn(given, i, classifier.classes))
    },
    close: () => model.close(),
  }
}
