// The classifier as it is shipped: the original bytes, run by ONNX Runtime and by nothing of ours.
import type { ImageClassifier } from '../../classifiers/classifier.ts'
import { importModel } from '../../onnx/import.ts'
import type { Engine, LoadedModel } from '../../runtime/engine.ts'
import { namedIn, type Original, sizeOfImage } from '../part.ts'

/** Images at once. */
const AT_ONCE = 64

export interface OpenOriginal extends Original {
  close(): Promise<void>
}

/** @param engine  stays open */
export async function openOriginal(
  engine: Engine,
  bytes: Uint8Array,
  classifier: ImageClassifier,
): Promise<OpenOriginal> {
  const model: LoadedModel = await engine.load(bytes)
  // A file that is made for so many images is asked so many at once.
  const [port] = importModel(bytes).inputs
  const batch = port?.free.some(({ axis }) => axis === 0) ? AT_ONCE : (port?.shape[0] ?? 1)
  const size = sizeOfImage(classifier)
  const { classes } = classifier
  async function answers(images: Float32Array, count: number): Promise<Float32Array> {
    const out = new Float32Array(count * classes)
    const some = new Float32Array(batch * size)
    for (let first = 0; first < count; first += batch) {
      const n = Math.min(batch, count - first)
      some.fill(0)
      some.set(images.subarray(first * size, (first + n) * size))
      const given = classifier.answer(await model.run(classifier.feeds(some, batch)))
      out.set(given.subarray(0, n * classes), first * classes)
    }
    return out
  }
  return {
    answers,
    async names(images, count) {
      const given = await answers(images, count)
      return Int32Array.from({ length: count }, (_, i) => namedIn(given, i, classes))
    },
    close: () => model.close(),
  }
}
