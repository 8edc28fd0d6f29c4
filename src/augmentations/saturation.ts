// Saturation: the distance of each pixel's colours from its grey made larger or smaller.
import { add, mul, reduceMean, reshape, sub } from '../graph/build.ts'
import type { Change } from './augmentation.ts'
import { signedDraw } from './draw.ts'

/** Grey images stay as they are. */
export const saturation: Change = {
  kind: 'change',
  name: 'saturation',
  description: 'colours stronger or weaker by up to this share',
  usual: 1,
  most: 1,
  change(images, drawing) {
    const grey = reduceMean(images, { axes: [3], keepdims: true })
    const factor = reshape(signedDraw(drawing), [drawing.n, 1, 1, 1])
    return add(images, mul(sub(images, grey), factor))
  },
}
