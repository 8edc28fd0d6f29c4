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
