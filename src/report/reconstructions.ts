// Originals above what an autoencoder makes of them.
import type { EncodePng } from './figures.ts'
import { type ImageBatch, tileGrid } from './grid.ts'
import { letters, pixelImage, svgDocument } from './svg-parts.ts'

export interface ReconstructionOptions {
  readonly encode: EncodePng
  /** Pairs per row. Default 10 */
  readonly perRow?: number
  readonly title: string
}

/** Pixels of an image in the figure, about; lettering; between blocks; around everything. */
const [TILE, SIZE, APART, MARGIN] = [78, 26, 24, 12]
/** Room for the word in front of a row. */
const WORDS = Math.round(7.6 * SIZE)

/** Some images of a batch. */
const stretch = ({ pixels, ...rest }: ImageBatch, first: number, count: number): ImageBatch => {
  const size = rest.height * rest.width * rest.channels
  return { ...rest, count, pixels: pixels.subarray(first * size, (first + count) * size) }
}

/**
 * Blocks of two rows: originals, and their reconstructions below them.
 *
 * @param originals  [n, height, width, channels]; `made` likewise
 */
export async function reconstructions(
  originals: ImageBatch,
  made: ImageBatch,
  { encode, perRow = 10, title }: ReconstructionOptions,
): Promise<string> {
  const columns = Math.min(perRow, originals.count)
  const scale = Math.max(1, Math.round(TILE / originals.width))
  const blocks = await Promise.all(
    Array.from({ length: Math.ceil(originals.count / columns) }, async (_, block) => {
      const first = block * columns
      const count = Math.min(columns, originals.count - first)
      return Promise.all(
        [originals, made].map(async (images) => {
          const sheet = tileGrid(stretch(images, first, count), { columns: count })
          return { png: await encode(sheet), width: scale * sheet.width, height: scale * sheet.height }
        }),
      )
    }),
  )
  const { width, height } = blocks[0]![0]!
  const line = height + 2 * scale
  const body = blocks.flatMap((rows, block) =>
    rows.flatMap(({ png, width, height }, row) => {
      const y = MARGIN + block * (2 * line + APART) + row * line
      const word = row === 0 ? 'original' : 'reconstruction'
      const middle = y + height / 2 + 0.35 * SIZE
      return [
        letters(word, MARGIN + WORDS - 12, middle, { size: SIZE, anchor: 'end' }),
        pixelImage(png, MARGIN + WORDS, y, width, height),
      ]
    }),
  )
  const whole = blocks.length * (2 * line + APART) - APART
  return svgDocument(2 * MARGIN + WORDS + width, 2 * MARGIN + whole, title, body.join('\n'))
}
