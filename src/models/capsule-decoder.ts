// The decoder of capsules: what the capsule of a class says, drawn.
import { dense, flatten, reshape } from '../layers/index.ts'
import { type Network, sequential } from '../layers/network.ts'
import { type Shape, sizeOf } from '../util/shape.ts'

/**
 * Capsules [n, classes, dimension], of which all but one are zeros, to images in [0, 1], through 512 and 1,024 rectified numbers.
 *
 * @source Sabour et al. 2017, arXiv:1710.09829, figure 2
 */
export const capsuleDecoder = (capsules: Shape, imageShape: Shape): Network =>
  sequential({ name: 'decoder', input: { capsules }, output: 'images' }, [
    flatten(),
    dense({ units: 512, activation: 'relu' }),
    dense({ units: 1024, activation: 'relu' }),
    dense({ units: sizeOf(imageShape), activation: 'sigmoid' }),
    reshape({ targetShape: imageShape }),
  ])
