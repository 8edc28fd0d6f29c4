// Sampled numbers as pictures.
import { type ImageBatch, type PixelImage, tileGrid } from '../report/index.ts'

/** Numbers in [0, 1] as pixels of 0 to 255, rounded; what lies outside is clipped. */
export function imageBatch(
  values: Float32Array,
  count: number,
  { height, width, channels }: { readonly height: number; readonly width: number; readonly channels: number },
): ImageBatch {
  const pixels = Uint8Array.from(values, (value) => Math.round(255 * Math.min(1, Math.max(0, value))))
  return { count, height, width, channels, pixels }
}

/** The sheet that is stored while training: as square as possible, true pixels. */
export const sampleSheet = (images: ImageBatch): PixelImage => tileGrid(images)
