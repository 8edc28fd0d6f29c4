// Sizes of images as people write them: `64`, or `48x64` for height x width.
import { ConfigError } from '../util/errors.ts'

/** In pixels. */
export interface ImageSize {
  readonly height: number
  readonly width: number
}

/** `64`, or `48x64`: height x width. */
export const IMAGE_SIZE = /^([1-9]\d{0,3})(?:x([1-9]\d{0,3}))?$/

/** @throws ConfigError unless the text is one or two numbers from 1 to 9999, such as `64` or `48x64` */
export function parseImageSize(text: string): ImageSize {
  const [, height, width = height] = IMAGE_SIZE.exec(text) ?? []
  if (height === undefined)
    throw new ConfigError(
      `image size expects one number or height x width, such as 64 or 48x64, got "${text}"`,
    )
  return { height: Number(height), width: Number(width) }
}
