// Reads an ONNX image classifier so that it can be asked and differentiated.
import * as g from '../graph/build.ts'
import { substitute } from '../graph/substitute.ts'
import { constant, type Value } from '../graph/value.ts'
import { importModel } from '../onnx/import.ts'
import { UnsupportedError } from '../util/errors.ts'
import { formatShape, sizeOf } from '../util/shape.ts'
import type { ImageClassifier, ImageSize } from './classifier.ts'

export interface ClassifierOptions {
  /** Default: the axis of 1 or 3 channels tells */
  readonly layout?: 'NCHW' | 'NHWC' | undefined
  /** Subtracted from every channel of images in [0, 1]. Default 0 */
  readonly mean?: readonly number[] | undefined
  /** What the rest is divided by. Default 1 */
  readonly std?: readonly number[] | undefined
}

/**
 * @param bytes  of an .onnx file with one image input [n, c, h, w] or [n, h, w, c] and an output [n, classes]
 * @throws UnsupportedError when it is no image classifier; as `importModel` for what cannot be read
 */
export function openClassifier(bytes: Uint8Array, options: ClassifierOptions = {}): ImageClassifier {
  const first = importModel(bytes)
  const port = first.inputs.find(({ shape }) => shape.length === 4)
  const output = first.outputs[0]
  if (first.inputs.length !== 1 || !port || !output)
    throw new UnsupportedError(
      `expected one input of images [n, channels, height, width], got ${first.inputs.map(({ name, shape }) => `${name} ${formatShape(shape)}`).join(', ')}`,
    )
  const isChannels = (length: number | undefined): boolean => length === 1 || length === 3
  const layout = options.layout ?? (isChannels(port.shape[1]) || !isChannels(port.shape[3]) ? 'NCHW' : 'NHWC')
  const [, a, b, c] = port.shape as [number, number, number, number]
  const image: ImageSize =
    layout === 'NCHW' ? { channels: a, height: b, width: c } : { height: a, width: b, channels: c }
  const classes = sizeOf(output.shape.slice(1))
  const byChannel = (given: readonly number[] | undefined, otherwise: number): readonly number[] =>
    given ?? Array.from({ length: image.channels }, () => otherwise)
  const [mean, std] = [byChannel(options.mean, 0), byChannel(options.std, 1)]
  const isPlain = mean.every((n) => n === 0) && std.every((n) => n === 1)

  const graphs = new Map<number, ReturnType<typeof importModel>>([[1, first]])
  const graphOf = (batch: number) => {
    const found = graphs.get(batch) ?? importModel(bytes, { batch })
    graphs.set(batch, found)
    return found.graph
  }
  return {
    image,
    classes,
    intake: { input: port.name, layout, scale: 1, mean, std },
    head: { output: output.name, gives: 'logits' },
    passedThrough: [],
    logits(images: Value): Value {
      const [n] = images.shape
      const scaled = isPlain
        ? images
        : g.div(g.sub(images, constant(mean, [mean.length])), constant(std, [std.length]))
      const taken = layout === 'NCHW' ? g.transpose(scaled, [0, 3, 1, 2]) : scaled
      const made = substitute(graphOf(n!), { [port.name]: taken })[output.name]!
      return g.reshape(made, [n!, classes])
    },
    feeds(images, count) {
      const { height, width, channels } = image
      const plane = height * width
      const data = new Float32Array(images.length)
      for (let n = 0; n < count; n++)
        for (let p = 0; p < plane; p++)
          for (let k = 0; k < channels; k++) {
            const value = (images[(n * plane + p) * channels + k]! - mean[k]!) / std[k]!
            data[layout === 'NCHW' ? (n * channels + k) * plane + p : (n * plane + p) * channels + k] = value
          }
      const shape = layout === 'NCHW' ? [count, channels, height, width] : [count, height, width, channels]
      return { [port.name]: { data, shape } }
    },
    answer: (outputs) => outputs[output.name]!.data as Float32Array,
  }
}
