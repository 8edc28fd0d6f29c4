// Shift: the image moved by whole pixels, black where nothing is left.
import { add, floor, mul } from '../graph/build.ts'
import type { Movement } from './augmentation.ts'
import { signedDraw } from './draw.ts'

/** Whole pixels, so that nothing is blurred; both ways independently. */
export const shift: Movement = {
  kind: 'movement',
  name: 'shift',
  description: 'moved by up to this share of the height and of the width',
  usual: 0.08,
  most: 1,
  place({ x, y }, drawing) {
    const whole = (length: number) => floor(add(mul(signedDraw(drawing), length), 0.5)) // [n, 1]
    return { x: add(x, whole(drawing.width)), y: add(y, whole(drawing.height)) }
  },
}
