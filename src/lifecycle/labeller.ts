// What gives images their classes: the classifier of a run, or any ONNX file of an image classifier.
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { openClassifier } from '../classifiers/index.ts'
import { sha256 } from '../data/dataset.ts'
import { softmax } from '../graph/build.ts'
import { input } from '../graph/value.ts'
import type { Engine } from '../runtime/engine.ts'
import { ConfigError, DataError } from '../util/errors.ts'
import { FILES } from '../util/limits.ts'
import { readBytes } from '../util/node/read-file.ts'
import { networkBytes } from './networks.ts'
import { openOwnRun } from './own-code.ts'
import { runParts } from './run-parts.ts'

/** Images at once. */
const BATCH = 100

export interface Labeller {
  /** Where it is from, for records: a file, or a run's folder. */
  readonly name: string
  /** SHA-256 of its ONNX file, hex. */
  readonly hash: string
  readonly classes: readonly string[]
  /** Probabilities `[n, classes]` of images `[n, height, width, channels]` of 0 to 255. */
  read(pixels: Uint8Array): Promise<Float32Array>
  close(): Promise<void>
}

/** The file, and the names of its classes where a run knows them. */
async function fileOf(
  given: string,
): Promise<{ bytes: Uint8Array; name: string; classes?: readonly string[] | undefined }> {
  const found = await stat(given).catch(() => undefined)
  if (!found) throw new ConfigError(`--classifier: there is no file and no run "${given}"`)
  if (!found.isDirectory()) return { bytes: await readBytes(given, FILES.network), name: resolve(given) }
  const run = await openOwnRun(given)
  const { classifier } = runParts(run.config)
  if (!classifier)
    throw new ConfigError(
      `--classifier: the ${run.config.model} in ${given} has no network that names classes; name a run of classifier or finetune, or an .onnx file`,
    )
  return { bytes: await networkBytes(run, classifier), name: run.folder, classes: run.config.data.classes }
}

/**
 * Opens a classifier that is to name images.
 *
 * @param given  folder of a run, or an .onnx file
 * @param shape  of the images, `[height, width, channels]`
 * @param names  of classes, where its run does not tell them; default: their numbers
 * @throws ConfigError when it is none or takes other images
 */
export async function openLabeller(
  engine: Engine,
  given: string,
  shape: readonly number[],
  names: readonly string[] | undefined,
): Promise<Labeller> {
  const { bytes, name, classes: own } = await fileOf(given)
  const [height, width, channels] = shape as [number, number, number]
  const classifier = openClassifier(bytes, { image: { height, width, channels } })
  const { image, classes: count } = classifier
  if (image.height !== height || image.width !== width || image.channels !== channels)
    throw new ConfigError(
      `--classifier: ${given} takes images of ${image.height} x ${image.width} x ${image.channels}, the run makes ${shape.join(' x ')}`,
    )
  const known = own ?? names
  const classes = known?.length === count ? known : Array.from({ length: count }, (_, label) => String(label))
  if (own && own.length !== count)
    throw new DataError(`--classifier: ${given} has ${own.length} classes and a network of ${count}`)
  const images = input('images', [BATCH, ...shape])
  const model = await engine.open(
    { inputs: [images], outputs: { probabilities: softmax(classifier.logits(images)) } },
    { name: 'labeller' },
  )
  const size = height * width * channels
  return {
    name,
    hash: await sha256(bytes),
    classes,
    async read(pixels) {
      const n = pixels.length / size
      const all = new Float32Array(n * count)
      for (let first = 0; first < n; first += BATCH) {
        const some = Math.min(BATCH, n - first)
        const data = new Float32Array(BATCH * size) // Zeros after the last.
        for (let i = 0; i < some * size; i++) data[i] = pixels[first * size + i]! / 255
        const { probabilities } = await model.run({ images: { data, shape: [BATCH, ...shape] } })
        all.set((probabilities!.data as Float32Array).subarray(0, some * count), first * count)
      }
      return all
    },
    close: () => model.close(),
  }
}
