// Sharpness and noise of images, so that "smooth" and "noisy" are numbers.
import { abs, conv, reduceMean, square, sub } from '../graph/build.ts'
import { constant, input, type Value } from '../graph/value.ts'
import { ShapeError } from '../util/errors.ts'
import { checkNames, checkNumber } from '../util/options.ts'
import { formatShape } from '../util/shape.ts'
import { rowsOf, type Samples } from './features.ts'
import { type Measured, meanAndSpread } from './measured.ts'
import { type MeasureEngine, withModel } from './with-model.ts'

export interface SharpnessOptions {
  /** Images computed at once; default 256. Results do not depend on it, up to float32 rounding. */
  readonly block?: number
}

/** Second differences along both axes. */
const laplacian = [0, 1, 0, 1, -4, 1, 0, 1, 0]
/** Difference of two Laplacians: blind to edges and ramps, sees what changes from pixel to pixel. */
const speckle = [1, -2, 1, -2, 4, -2, 1, -2, 1]

const filter = (x: Value, kernel: readonly number[]): Value => conv(x, constant(kernel, [1, 1, 3, 3]))

/**
 * Sharpness: the variance of the Laplacian over the pixels of an image. Noise: Immerkær's estimate of the standard
 * deviation of white noise, sqrt(π / 2) / 6 times the mean of |difference of two Laplacians|. Both without the border,
 * channels one by one.
 *
 * Noise makes images sharper in this sense, and corners count a little as noise: read both numbers beside those of
 * real images.
 *
 * @param images  [n, height, width, channels] or [n, height, width], any range of values
 * @returns mean and, as `spread`, standard deviation over images. Sharpness in squared units of the values, noise in
 *          their units; a constant image has 0 of both
 * @throws ShapeError for other shapes and images under 3 x 3; ConfigError for numbers that are not finite
 * @source Pech-Pacheco et al. 2000, doi:10.1109/ICPR.2000.903548; Immerkær 1996, doi:10.1006/cviu.1996.0060
 */
export async function sharpness(
  engine: MeasureEngine,
  images: Samples,
  options: SharpnessOptions = {},
): Promise<{ readonly sharpness: Measured; readonly noise: Measured }> {
  const where = 'sharpness'
  checkNames(where, options, ['block'])
  const { block = 256 } = options
  checkNumber(where, 'block', block, { integer: true, atLeast: 1 })
  const [, height = 0, width = 0, channels = 1] = images.shape
  if (![3, 4].includes(images.shape.length) || height < 3 || width < 3)
    throw new ShapeError(
      `sharpness: images must be [n, height, width, channels] of at least 3 x 3 pixels, got ${formatShape(images.shape)}`,
    )
  const { data, n } = rowsOf(where, 'images', images)
  const size = height * width * channels
  const count = Math.min(block, n)

  const x = input('x', [count * channels, 1, height, width])
  const axes = [1, 2, 3]
  const curvature = filter(x, laplacian)
  const centred = sub(curvature, reduceMean(curvature, { axes, keepdims: true }))
  const graph = {
    inputs: [x],
    outputs: {
      variance: reduceMean(square(centred), { axes }),
      speckle: reduceMean(abs(filter(x, speckle)), { axes }),
    },
  }
  const found = { sharpness: [] as number[], noise: [] as number[] }
  await withModel(engine, where, graph, async (model) => {
    for (let from = 0; from < n; from += count) {
      const planes = new Float32Array(count * size)
      const here = Math.min(count, n - from)
      for (let i = 0; i < here; i++)
        for (let c = 0; c < channels; c++)
          for (let p = 0; p < height * width; p++)
            planes[(i * channels + c) * height * width + p] = data[(from + i) * size + p * channels + c]!
      const out = await model.run({ x: { data: planes, shape: x.shape } })
      const meanOfChannels = (name: string, i: number): number =>
        (out[name]!.data as Float32Array)
          .subarray(i * channels, (i + 1) * channels)
          .reduce((sum, v) => sum + v / channels, 0)
      for (let i = 0; i < here; i++) {
        found.sharpness.push(meanOfChannels('variance', i))
        found.noise.push((Math.sqrt(Math.PI / 2) / 6) * meanOfChannels('speckle', i))
      }
    }
  })
  return {
    sharpness: {
      ...meanAndSpread(found.sharpness),
      n: { images: n },
      estimator: 'variance of the Laplacian',
    },
    noise: { ...meanAndSpread(found.noise), n: { images: n }, estimator: "Immerkær's noise deviation" },
  }
}
