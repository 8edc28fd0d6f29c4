// What a file itself is fed: images in its layout, normalised as it wants them, in its type.
import type { ArrayWithShape } from '../runtime/engine.ts'
import { ConfigError } from '../util/errors.ts'
import { numberToHalf } from '../util/half.ts'
import { formatShape, type Shape, sizeOf } from '../util/shape.ts'
import type { FoundIntake, IntakeType } from './intake.ts'

const written: Readonly<Record<IntakeType, (numbers: Float32Array) => ArrayWithShape['data']>> = {
  float32: (numbers) => numbers,
  float64: (numbers) => Float64Array.from(numbers),
  float16: (numbers) => Uint16Array.from(numbers, numberToHalf),
  uint8: (numbers) => {
    // Ties go to the even one, as in the graph.
    const even = (n: number): number => {
      const below = Math.floor(n)
      return n - below > 0.5 || (n - below === 0.5 && below % 2 === 1) ? below + 1 : below
    }
    return Uint8Array.from(numbers, (n) => Math.min(Math.max(even(n), 0), 255))
  },
}

/** The same numbers for the file itself. The arithmetic is that of float32, step by step, as the graph has it. */
export function feedsOf(
  images: Float32Array,
  count: number,
  { image: { height, width, channels }, intake }: Pick<FoundIntake, 'image' | 'intake'>,
): Readonly<Record<string, ArrayWithShape>> {
  const { input, layout, scale, mean, std, shape, type, batch } = intake
  const plane = height * width
  if (images.length !== count * plane * channels)
    throw new ConfigError(
      `${count} images of ${height}x${width}x${channels} are ${count * plane * channels} numbers, got ${images.length}`,
    )
  if (batch !== undefined && batch !== count)
    throw new ConfigError(
      `the file takes ${batch} images at once, got ${count}; use askOriginal, which fills up`,
    )
  const [means, deviations] = [Float32Array.from(mean), Float32Array.from(std)]
  const factor = Math.fround(scale)
  const numbers = new Float32Array(images.length)
  for (let n = 0; n < count; n++)
    for (let p = 0; p < plane; p++)
      for (let k = 0; k < channels; k++) {
        const scaled = Math.fround(images[(n * plane + p) * channels + k]! * factor)
        const value = Math.fround(scaled - means[k]!) / deviations[k]!
        numbers[layout === 'NCHW' ? (n * channels + k) * plane + p : (n * plane + p) * channels + k] = value
      }
  const own: Shape = [count, ...shape]
  if (sizeOf(own) !== numbers.length)
    throw new ConfigError(`${formatShape(own)} is not the shape of ${count} images`)
  const data = written[type](numbers)
  return { [input]: type === 'float16' ? { data, shape: own, dtype: 'float16' } : { data, shape: own } }
}
