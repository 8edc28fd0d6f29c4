// How a file takes images: found in the file, or told where it does not say.
import * as g from '../graph/build.ts'
import { constant, type Value } from '../graph/value.ts'
import type { ImportedInput } from '../onnx/import.ts'
import { ConfigError, UnsupportedError } from '../util/errors.ts'
import type { ImageSize, Intake } from './classifier.ts'

export interface IntakeOptions {
  /** The order of an image's numbers; default: the axis of 1 or 3 channels tells. */
  readonly layout?: 'NCHW' | 'NHWC' | undefined
  /** Subtracted from every channel, after scaling; one number or one for each channel. Default 0 */
  readonly mean?: readonly number[] | undefined
  /** What the rest is divided by. Default 1 */
  readonly std?: readonly number[] | undefined
  /** What a pixel of 1 is in the file: 255 for files that take 0 to 255. Default 1, or 255 where the file takes bytes */
  readonly scale?: number | undefined
  /** Size of the images. Fixes what the file leaves open, and must be that of the file where it is told there. */
  readonly image?: ImageSize | undefined
}

/** An input as a file declares it; null for a free axis. */
export interface DeclaredInput {
  readonly name: string
  readonly shape: readonly (number | null)[]
  /** Type of its numbers in the file. */
  readonly type: string
}

const TYPES = ['float32', 'float16', 'float64', 'uint8'] as const
export type IntakeType = (typeof TYPES)[number]

const shown = (shape: readonly (number | null)[]): string =>
  `[${shape.map((length) => length ?? '?').join(', ')}]`
export const describeInput = ({ name, shape, type }: DeclaredInput): string =>
  `"${name}" ${type} ${shown(shape)}`
const sizeText = ({ height, width, channels }: ImageSize): string =>
  `${height}x${width} with ${channels} ${channels === 1 ? 'channel' : 'channels'}`

/** @throws UnsupportedError when these are not the inputs of an image classifier */
export function imageInput(inputs: readonly DeclaredInput[]): DeclaredInput & { readonly type: IntakeType } {
  const [only] = inputs
  if (inputs.length !== 1 || !only)
    throw new UnsupportedError(
      `expected a file with one input, the images; this one has ${inputs.length}: ${inputs.map(describeInput).join(', ')}`,
    )
  const type = TYPES.find((known) => known === only.type)
  if (!type)
    throw new UnsupportedError(
      `expected an input of images (real numbers, or bytes); ${describeInput(only)} takes ${only.type}${
        only.type === 'int64' || only.type === 'int32' ? ', as models of text do' : ''
      }`,
    )
  if (only.shape.length < 2 || only.shape.length > 4)
    throw new UnsupportedError(
      `expected images [n, channels, height, width], [n, height, width, channels], [n, height, width] or flat [n, numbers], got ${describeInput(only)}`,
    )
  return { ...only, type }
}

const isChannels = (length: number | null | undefined): boolean => length === 1 || length === 3

/** NCHW or NHWC, by what is told, by the number of channels, by the size of the images. */
function layoutOf(input: DeclaredInput, { layout, image }: IntakeOptions): 'NCHW' | 'NHWC' {
  if (layout) return layout
  const [, first, second, last] = input.shape
  const fits = (wanted: readonly (number | null | undefined)[], given: readonly number[]): boolean =>
    wanted.every((length, i) => length === null || length === given[i])
  if (isChannels(first) !== isChannels(last)) return isChannels(first) ? 'NCHW' : 'NHWC'
  if (image) {
    const { height, width, channels } = image
    const [asNCHW, asNHWC] = [
      fits([first, second, last], [channels, height, width]),
      fits([first, second, last], [height, width, channels]),
    ]
    if (asNCHW !== asNHWC) return asNCHW ? 'NCHW' : 'NHWC'
  }
  throw new ConfigError(
    `${describeInput(input)} does not tell where its channels are; say it: layout NCHW (channels first, as PyTorch has them) or NHWC (channels last, as Keras has them)`,
  )
}

interface Sized {
  readonly layout: 'NCHW' | 'NHWC'
  readonly image: ImageSize
}

function ofFour(input: DeclaredInput, options: IntakeOptions): Sized {
  const layout = layoutOf(input, options)
  const { image } = options
  const [, a, b, c] = input.shape
  const [height, width, channels] = layout === 'NCHW' ? [b, c, a] : [a, b, c]
  const known = (length: number | null | undefined, which: keyof ImageSize): number => {
    const found = length ?? image?.[which]
    if (found === undefined)
      throw new ConfigError(
        `${describeInput(input)} takes images of any ${which === 'channels' ? 'number of channels' : which}; give the size of the images`,
      )
    return found
  }
  return {
    layout,
    image: {
      height: known(height, 'height'),
      width: known(width, 'width'),
      channels: known(channels, 'channels'),
    },
  }
}

/** Flat images, and images of one channel without an axis for it. */
function ofFewer(input: DeclaredInput, { layout, image }: IntakeOptions): Sized {
  const lengths = input.shape.slice(1)
  if (lengths.length === 2) {
    const [height, width] = lengths.map((length, i) => length ?? (i === 0 ? image?.height : image?.width))
    if (height === undefined || width === undefined)
      throw new ConfigError(`${describeInput(input)} takes images of any size; give the size of the images`)
    return { layout: layout ?? 'NHWC', image: { height, width, channels: 1 } }
  }
  const [numbers] = lengths
  if (!image)
    throw new ConfigError(
      `${describeInput(input)} takes flat images; give their size (height, width, channels)${numbers ? `, ${numbers} numbers in all` : ''}`,
    )
  const { height, width, channels } = image
  if (numbers !== null && numbers !== height * width * channels)
    throw new ConfigError(
      `${describeInput(input)} takes ${numbers} numbers for an image, images of ${sizeText(image)} have ${height * width * channels}`,
    )
  if (!layout && channels > 1)
    throw new ConfigError(
      `${describeInput(input)} takes flat images and does not tell in which order; say it: layout NCHW (one channel after another) or NHWC (one pixel after another)`,
    )
  return { layout: layout ?? 'NHWC', image }
}

function byChannel(
  what: string,
  given: readonly number[] | undefined,
  otherwise: number,
  { channels }: ImageSize,
): readonly number[] {
  const list = given ?? [otherwise]
  if (list.length !== 1 && list.length !== channels)
    throw new ConfigError(`${what} needs one number or ${channels}, one for each channel; got ${list.length}`)
  if (!list.every(Number.isFinite) || (what === 'std' && !list.every((n) => n > 0)))
    throw new ConfigError(
      `${what} must be numbers${what === 'std' ? ' above 0' : ''}, got ${list.join(', ')}`,
    )
  return list.length === channels ? list : Array.from({ length: channels }, () => list[0]!)
}

export interface FoundIntake {
  readonly image: ImageSize
  readonly intake: Intake & Required<Pick<Intake, 'shape' | 'type'>>
  /** Lengths of the free axes, as `importModel` wants them. */
  readonly dimensions: Readonly<Record<string, number>>
}

/**
 * @throws UnsupportedError when the file takes no images, or others than those of the given size; ConfigError when it does not
 *         tell and nobody else did
 */
export function findIntake(inputs: readonly DeclaredInput[], options: IntakeOptions): FoundIntake {
  const input = imageInput(inputs)
  const { image, layout } = input.shape.length === 4 ? ofFour(input, options) : ofFewer(input, options)
  const given = options.image
  if (
    given &&
    (given.height !== image.height || given.width !== image.width || given.channels !== image.channels)
  )
    throw new UnsupportedError(
      `the file takes images of ${sizeText(image)} (${describeInput(input)}); the images are ${sizeText(given)}`,
    )
  const scale = options.scale ?? (input.type === 'uint8' ? 255 : 1)
  if (!(Number.isFinite(scale) && scale > 0))
    throw new ConfigError(`scale must be a number above 0, got ${scale}; 255 for files that take 0 to 255`)
  const { height, width, channels } = image
  const own =
    input.shape.length === 4
      ? layout === 'NCHW'
        ? [channels, height, width]
        : [height, width, channels]
      : input.shape.length === 3
        ? [height, width]
        : [height * width * channels]
  return {
    image,
    intake: {
      input: input.name,
      layout,
      scale,
      mean: byChannel('mean', options.mean, 0, image),
      std: byChannel('std', options.std, 1, image),
      shape: own,
      type: input.type,
      batch: input.shape[0] ?? undefined,
    },
    dimensions: Object.fromEntries(
      own.flatMap((length, i) => (input.shape[i + 1] === null ? [[`${input.name}.${i + 1}`, length]] : [])),
    ),
  }
}

/** Marks the rounding of a file that takes bytes. */
export const INTAKE_LABEL = 'the input, which takes bytes'

/** What the file takes, written into the graph: from images [n, height, width, channels] in [0, 1]. */
export function takeImages(
  images: Value,
  { layout, scale, mean, std }: Intake,
  port: Pick<ImportedInput, 'shape' | 'dtype'>,
  round: (x: Value) => Value,
): Value {
  const scaled = scale === 1 ? images : g.mul(images, scale)
  const moved = mean.every((n) => n === 0) ? scaled : g.sub(scaled, constant(mean, [mean.length]))
  const taken = std.every((n) => n === 1) ? moved : g.div(moved, constant(std, [std.length]))
  const ordered = layout === 'NCHW' ? g.transpose(taken, [0, 3, 1, 2]) : taken
  const shaped = g.reshape(ordered, [images.shape[0]!, ...port.shape.slice(1)])
  return port.dtype === 'uint8' ? round(shaped) : g.cast(shaped, port.dtype)
}
