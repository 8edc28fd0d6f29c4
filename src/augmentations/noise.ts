// Noise: an independent normal number added to every pixel.
import { add, mul, reshape } from '../graph/build.ts'
import type { Change } from './augmentation.ts'

/** What leaves [0, 1] is not brought back. */
export const noise: Change = {
  kind: 'change',
  name: 'noise',
  description: 'normal noise of this standard deviation added to every pixel, images being in [0, 1]',
  usual: 0.1,
  most: 10,
  change: (images, { n, random, strength }) =>
    add(images, mul(random.normal(images.shape), reshape(strength, [n, 1, 1, 1]))),
}
