// Crop: a part of the image, enlarged to the size of the whole.
import { add, mul, sub } from '../graph/build.ts'
import type { Movement } from './augmentation.ts'
import { share } from './draw.ts'

/** Of any place, with sides between 1 - strength of the image's and all of them. */
export const crop: Movement = {
  kind: 'movement',
  name: 'crop',
  description: 'a part enlarged whose sides are shorter by up to this share',
  usual: 0.2,
  most: 0.9,
  place({ x, y }, drawing) {
    const left = mul(share(drawing), drawing.strength) // [n, 1]
    const side = sub(1, left)
    const along = (at: typeof x, length: number) =>
      add(mul(at, side), mul(mul(share(drawing), left), length - 1))
    return { x: along(x, drawing.width), y: along(y, drawing.height) }
  },
}
