// Images on their way between a page and the server: bytes in base64.
import type { DataImage } from '../answers/nearest-images.ts'
import { imagesOf, type RunConfig } from '../runs/index.ts'
import { ConfigError } from '../util/errors.ts'
import type { ServedImage } from './protocol.ts'

export const served = ({ index, label, pixels }: DataImage): ServedImage => ({
  index,
  ...(label === undefined ? {} : { label }),
  pixels: Buffer.from(pixels).toString('base64'),
})

/** The bytes of an image of a run's data. @throws ConfigError when they are not as many as such an image has */
export function imageBytes(config: RunConfig, pixels: string): Uint8Array {
  const { height, width, channels } = imagesOf(config)
  const bytes = new Uint8Array(Buffer.from(pixels, 'base64'))
  if (bytes.length !== height * width * channels)
    throw new ConfigError(
      `"pixels" must be the ${height * width * channels} bytes of an image [${height}, ${width}, ${channels}] in base64, got ${bytes.length} bytes`,
    )
  return bytes
}
