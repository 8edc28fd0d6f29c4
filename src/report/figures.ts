// The figures made of samples, as SVG: the large grid, and the samples through training.
import { formatCount } from '../util/format.ts'
import { type ImageBatch, imageAt, type PixelImage } from './grid.ts'
import { letters, pixelImage, svgDocument } from './svg-parts.ts'

/** Turns pixels into a PNG file. Given as an argument: Node and a page do it differently. */
export type EncodePng = (image: PixelImage) => Promise<Uint8Array>

/** The images sampled at one step. */
export interface StepSamples {
  step: number
  images: ImageBatch
  /** Images of a row, where rows mean something, as classes do: those shown are of different ones. Default: they do not */
  columns?: number
}

/** A few samples of one step, each as a PNG. */
export interface ThroughTrainingCell {
  step: number
  tiles: Uint8Array[]
  /** Pixels of one tile. */
  width: number
  height: number
}

/** At most `most` of the items, evenly spread, the first and the last included. */
export function evenSelection<Item>(items: readonly Item[], most: number): Item[] {
  if (items.length <= most) return [...items]
  if (most <= 1) return most < 1 ? [] : items.slice(-1)
  return Array.from(
    { length: most },
    (_, index) => items[Math.round((index * (items.length - 1)) / (most - 1))]!,
  )
}

/**
 * The first images of an even selection of sampling steps, or the first of each row and column, as PNG: the contents of the figure.
 *
 * @param steps    how many sampling steps are shown. Default 30
 * @param perStep  how many samples of each. Default 2
 */
export async function throughTrainingCells(
  samples: readonly StepSamples[],
  { encode, steps = 30, perStep = 2 }: { encode: EncodePng; steps?: number; perStep?: number },
): Promise<ThroughTrainingCell[]> {
  const selected = evenSelection(
    samples.toSorted((a, b) => a.step - b.step),
    steps,
  )
  return Promise.all(
    selected.map(async ({ step, images, columns }) => ({
      step,
      width: images.width,
      height: images.height,
      tiles: await Promise.all(
        Array.from({ length: Math.min(perStep, images.count) }, (_, index) =>
          encode(imageAt(images, columns === undefined ? index : (index * (columns + 1)) % images.count)),
        ),
      ),
    })),
  )
}

/**
 * Samples through training: a few samples of each sampling step, the step above them, in rows read like text.
 *
 * @param perRow  steps per row. Default 5, which with two samples each makes rows of ten
 * @param scale   enlargement of the samples. Default: the whole number that makes them about 56 pixels wide
 */
export function throughTrainingSvg(
  cells: readonly ThroughTrainingCell[],
  { perRow = 5, scale }: { perRow?: number; scale?: number } = {},
): string {
  const first = cells[0]
  if (!first) return svgDocument(320, 60, 'Samples through training', '')
  const enlargement = scale ?? Math.max(1, Math.round(56 / first.width))
  const tileWidth = first.width * enlargement
  const tileHeight = first.height * enlargement
  const most = Math.max(...cells.map(({ tiles }) => tiles.length))
  const [between, apart, heading, margin] = [4, 20, 22, 16]
  const cellWidth = most * (tileWidth + between) - between
  const columns = Math.min(perRow, cells.length)
  const rows = Math.ceil(cells.length / perRow)
  const body = cells.map(({ step, tiles }, index) => {
    const x = margin + (index % perRow) * (cellWidth + apart)
    const y = margin + Math.floor(index / perRow) * (heading + tileHeight + apart / 2)
    const label = letters(`Step ${formatCount(step)}`, x + cellWidth / 2, y + heading - 7, {
      size: 13,
      anchor: 'middle',
    })
    const images = tiles.map((png, tile) =>
      pixelImage(png, x + tile * (tileWidth + between), y + heading, tileWidth, tileHeight),
    )
    return [label, ...images].join('\n')
  })
  const width = 2 * margin + columns * (cellWidth + apart) - apart
  const height = 2 * margin + rows * (heading + tileHeight + apart / 2) - apart / 2
  return svgDocument(width, height, 'Samples through training', body.join('\n'))
}

/** The chapter's figure in one call: 30 sampling steps, two samples each, as 6 rows of 10. */
export const samplesThroughTraining = async (
  samples: readonly StepSamples[],
  options: { encode: EncodePng; steps?: number; perStep?: number; perRow?: number; scale?: number },
): Promise<string> => throughTrainingSvg(await throughTrainingCells(samples, options), options)

/**
 * A sheet of images as SVG, enlarged without blurring.
 *
 * @param png     the sheet, e.g. `tileGrid(images, { columns: 20 })` as PNG
 * @param width   its width in pixels; `height` likewise
 * @param title   what a screen reader says
 * @param scale   enlargement. Default 2
 */
export function sheetSvg(
  png: Uint8Array,
  { width, height, title, scale = 2 }: { width: number; height: number; title: string; scale?: number },
): string {
  const [w, h] = [width * scale, height * scale]
  return svgDocument(w, h, title, pixelImage(png, 0, 0, w, h))
}
