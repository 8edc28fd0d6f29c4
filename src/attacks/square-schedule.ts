// What Square may be told, and how large the square of each query is.
import { z } from 'zod'
import type { ImageSize } from '../classifiers/classifier.ts'

export const squareOptions = z.strictObject({
  queries: z.int().min(1).default(5000).describe('most images asked about, for each example'),
  pInit: z.number().gt(0).max(1).default(0.8).describe('share of the image that the first squares take'),
  rescale: z
    .boolean()
    .default(true)
    .describe('squares shrink as fast as the budget is spent; else as if it were 10,000'),
})
export type SquareOptions = z.output<typeof squareOptions>

/** Queries, of 10,000, after which squares take half as much. */
const HALVINGS = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000]

/** The side of the square that a query writes. */
export function squareSide(
  query: number,
  image: ImageSize,
  { queries, pInit, rescale }: SquareOptions,
): number {
  const at = rescale ? Math.floor((query / queries) * 10_000) : query
  const share = pInit / 2 ** HALVINGS.filter((halving) => at > halving).length
  const side = Math.round(Math.sqrt(share * image.height * image.width))
  return Math.min(Math.max(side, 1), image.height, image.width)
}
