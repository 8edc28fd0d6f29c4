// What an attack changed, made visible: grey where nothing is, lighter and darker where pixels are.
import { ShapeError } from '../../util/errors.ts'
import type { PixelImage } from '../grid.ts'

/** The difference of two pictures of one size, so amplified that the largest change is black or white. */
export function amplified(
  before: PixelImage,
  after: PixelImage,
): { readonly image: PixelImage; readonly times: number } {
  if (before.pixels.length !== after.pixels.length)
    throw new ShapeError(
      `two pictures of one size expected, got ${before.width} x ${before.height} and ${after.width} x ${after.height}`,
    )
  let most = 1
  for (let p = 0; p < before.pixels.length; p++)
    most = Math.max(most, Math.abs(after.pixels[p]! - before.pixels[p]!))
  const times = 127 / most
  const pixels = before.pixels.map((value, p) => 128 + Math.round((after.pixels[p]! - value) * times))
  return { image: { ...before, pixels }, times }
}
