// The shape of images that a model is made for.
import { ConfigError } from '../util/errors.ts'
import type { Shape } from '../util/shape.ts'

/** @throws ConfigError unless it is [height, width, channels] */
export function checkImageShape(where: string, shape: Shape): Shape {
  const whole = (length: unknown): boolean => Number.isInteger(length) && Number(length) > 0
  if (Array.isArray(shape) && shape.length === 3 && shape.every(whole)) return shape
  throw new ConfigError(
    `${where}: imageShape must be [height, width, channels], three positive integers, got ${JSON.stringify(shape)}`,
  )
}

/**
 * The shape of images whose size a network changes by 2 twice, with the height and width that are in its middle.
 *
 * @throws ConfigError unless height and width are divisible by 4
 */
export function quarterOf(where: string, shape: Shape): { imageShape: Shape; height: number; width: number } {
  const imageShape = checkImageShape(where, shape)
  const [height, width] = imageShape.map((length) => length / 4)
  if (Number.isInteger(height) && Number.isInteger(width))
    return { imageShape, height: height!, width: width! }
  throw new ConfigError(
    `${where}: height and width of images must be divisible by 4, got ${imageShape[0]} x ${imageShape[1]}; resize them, for example with --image-size 32`,
  )
}
