// Contrast: the distance of all pixels from the image's mean made larger or smaller.
import { add, mul, reduceMean, reshape, sub } from '../graph/build.ts'
import type { Change } from './augmentation.ts'
import { signedDraw } from './draw.ts'

export const contrast: Change = {
  kind: 'change',
  name: 'contrast',
  description: "the distance from the image's mean larger or smaller by up to this share",
  usual: 0.5,
  most: 1,
  change(images, drawing) {
    const mean = reduceMean(images, { axes: [1, 2, 3], keepdims: true })
    const factor = reshape(signedDraw(drawing), [drawing.n, 1, 1, 1])
    // The image itself and what is added to it, so that nothing is rounded at strength 0.
    return add(images, mul(sub(images, mean), factor))
  },
}
