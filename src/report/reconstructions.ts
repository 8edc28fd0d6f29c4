// Originals above what an autoencoder makes of them.
import type { EncodePng } from './figures.ts'
import type { ImageBatch } from './grid.ts'
import { imageRows, stretch } from './image-rows.ts'

export interface ReconstructionOptions {
  readonly encode: EncodePng
  /** Pairs per row. Default 10 */
  readonly perRow?: number
  readonly title: string
}

/**
 * Blocks of two rows: originals, and their reconstructions below them.
 *
 * @param originals  [n, height, width, channels]; `made` likewise
 */
export function reconstructions(
  originals: ImageBatch,
  made: ImageBatch,
  { encode, perRow = 10, title }: ReconstructionOptions,
): Promise<string> {
  const columns = Math.min(perRow, originals.count)
  const blocks = Array.from({ length: Math.ceil(originals.count / columns) }, (_, block) => {
    const first = block * columns
    const count = Math.min(columns, originals.count - first)
    return [
      { word: 'original', images: stretch(originals, first, count) },
      { word: 'reconstruction', images: stretch(made, first, count) },
    ]
  })
  return imageRows(blocks, { encode, title })
}
