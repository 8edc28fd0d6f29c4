// Sampled numbers as pictures.
import { type ImageBatch, type SheetLayout, tileGrid } from '../report/index.ts'
import { encodePng } from '../report/node/index.ts'
import type { Shape } from '../util/shape.ts'

/** Examples `[count, height, width, channels]` in [0, 1], as training yields them. */
export interface SampledImages {
  readonly values: Float32Array
  readonly count: number
  /** `[height, width, channels]` */
  readonly shape: Shape
  /** Images in a row of their sheet, where rows mean something; default: as square as possible. */
  readonly columns?: number | undefined
}

/** Numbers in [0, 1] as pixels of 0 to 255, rounded; what lies outside is clipped. */
export function imageBatch({ values, count, shape }: SampledImages): ImageBatch {
  const [height, width, channels] = shape
  const pixels = Uint8Array.from(values, (value) => Math.round(255 * Math.min(1, Math.max(0, value))))
  return { count, height: height!, width: width!, channels: channels!, pixels }
}

/**
 * Samples as one picture, a PNG file.
 *
 * @param layout  default: in rows of `columns`, else as square as possible; true pixels
 */
export const samplesPng = (samples: SampledImages, layout: SheetLayout = {}): Promise<Uint8Array> =>
  encodePng(
    tileGrid(
      imageBatch(samples),
      samples.columns === undefined ? layout : { columns: samples.columns, ...layout },
    ),
  )
