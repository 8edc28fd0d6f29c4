// Rows of small images with a word before each, in blocks.
import type { EncodePng } from './figures.ts'
import { type ImageBatch, tileGrid } from './grid.ts'
import { letters, pixelImage, svgDocument } from './svg-parts.ts'

/** Images side by side, and what is written before them. */
export interface ImageRow {
  readonly word: string
  readonly images: ImageBatch
}

export interface ImageRowsOptions {
  readonly encode: EncodePng
  readonly title: string
  /** Lengths of the longest word, in letters. Default 13 */
  readonly letters?: number
  /** Pixels of an image in the figure, about. Default 78 */
  readonly tile?: number
}

/** Lettering at most, and as a share of a row; between blocks; around everything. */
const [SIZE, SHARE, APART, MARGIN] = [26, 0.62, 24, 12]

/** Some images of a batch. */
export const stretch = ({ pixels, ...rest }: ImageBatch, first: number, count: number): ImageBatch => {
  const size = rest.height * rest.width * rest.channels
  return { ...rest, count, pixels: pixels.subarray(first * size, (first + count) * size) }
}

/** Blocks of rows below each other, as an SVG. All images have one size; no block is longer than the first. */
export async function imageRows(
  blocks: readonly (readonly ImageRow[])[],
  { encode, title, letters: most = 13, tile = 78 }: ImageRowsOptions,
): Promise<string> {
  const { width: across, height: down } = blocks[0]![0]!.images
  const scale = Math.max(1, Math.round(tile / across))
  const size = Math.min(SIZE, Math.round(SHARE * scale * down))
  const words = Math.round(0.585 * most * size)
  const drawn = await Promise.all(
    blocks.map((rows) =>
      Promise.all(
        rows.map(async ({ word, images }) => {
          const sheet = tileGrid(images, { columns: images.count })
          return { word, png: await encode(sheet), width: scale * sheet.width, height: scale * sheet.height }
        }),
      ),
    ),
  )
  const { width, height } = drawn[0]![0]!
  const line = height + 2 * scale
  const parts: string[] = []
  let y = MARGIN
  for (const rows of drawn) {
    for (const row of rows) {
      parts.push(
        letters(row.word, MARGIN + words - 12, y + row.height / 2 + 0.35 * size, {
          size,
          anchor: 'end',
        }),
        pixelImage(row.png, MARGIN + words, y, row.width, row.height),
      )
      y += line
    }
    y += APART
  }
  return svgDocument(2 * MARGIN + words + width, y - APART + MARGIN, title, parts.join('\n'))
}
