// Erase: a rectangle of the image set to black (cutout).
import * as g from '../graph/build.ts'
import { constant, type Value } from '../graph/value.ts'
import type { Change } from './augmentation.ts'
import { share } from './draw.ts'

/**
 * Its middle is anywhere in the image, beyond whose border it may reach.
 *
 * @source DeVries & Taylor 2017, arXiv:1708.04552
 */
export const erase: Change = {
  kind: 'change',
  name: 'erase',
  description: 'a rectangle of this share of the height and of the width made black',
  usual: 0.3,
  most: 1,
  change(images, drawing) {
    const { n, height, width, strength } = drawing
    const covered = (length: number): Value => {
      const at = constant(
        Float32Array.from({ length }, (_, i) => i + 0.5),
        [1, length],
      )
      const middle = g.mul(share(drawing), length)
      return g.less(g.abs(g.sub(at, middle)), g.mul(strength, length / 2)) // [n, length]
    }
    const hole = g.and(
      g.reshape(covered(height), [n, height, 1, 1]),
      g.reshape(covered(width), [n, 1, width, 1]),
    )
    return g.where(hole, 0, images)
  },
}
