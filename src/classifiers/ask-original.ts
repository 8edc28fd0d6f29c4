// Asks the file itself, by a plain runtime: what it says of images, in batches that it takes.
import type { LoadedModel } from '../runtime/engine.ts'
import type { ImageClassifier } from './classifier.ts'

/**
 * What the original file answers, [n, classes]. Files of a fixed batch size are asked about so many at once; the last ones are
 * filled up with black images.
 *
 * @param model   `engine.load(classifier.original)`
 * @param images  [n, height, width, channels] in [0, 1]
 * @param batch   images at once where the file leaves that open; default 100
 */
export async function askOriginal(
  classifier: Pick<ImageClassifier, 'image' | 'classes' | 'intake' | 'feeds' | 'answer'>,
  model: Pick<LoadedModel, 'run'>,
  images: Float32Array,
  { batch = 100 }: { readonly batch?: number } = {},
): Promise<Float32Array> {
  const { image, classes, intake } = classifier
  const size = image.height * image.width * image.channels
  const count = images.length / size
  const answers = new Float32Array(count * classes)
  const fixed = intake.batch
  for (let first = 0; first < count; first += fixed ?? batch) {
    const asked = Math.min(fixed ?? batch, count - first)
    const some = new Float32Array((fixed ?? asked) * size)
    some.set(images.subarray(first * size, (first + asked) * size))
    const answer = classifier.answer(await model.run(classifier.feeds(some, fixed ?? asked)))
    answers.set(answer.subarray(0, asked * classes), first * classes)
  }
  return answers
}
