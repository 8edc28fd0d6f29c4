// The layers of Mnih et al. 2015 from pictures of games to features, with the padding of Dopamine.
import { conv2D, flatten, type Layer, rescaling } from '../layers/index.ts'
import type { Shape } from '../util/shape.ts'

/** Whether an observation is a picture of bytes, and no small grid. */
export const isPicture = (shape: Shape): boolean => shape.length === 3 && shape[0]! >= 36 && shape[1]! >= 36

/** Numbers of the dense layer after them. */
export const NATURE_UNITS = 512

/**
 * Bytes `[height, width, frames]` to a row of numbers, in Keras' layout: with TensorFlow's SAME padding 84 x 84 become 21 x 21, 11 x 11 and
 * 11 x 11. With a dense layer of 512 and six actions of 51 returns each the whole network has 4,200,402 weights.
 *
 * @param rectified  makes a layer whose results are rectified
 * @param filters    channels of the three convolutions
 */
export const natureLayers = (
  rectified: (layer: (options: object) => Layer) => Layer[],
  [one, two, three]: readonly [number, number, number] = [32, 64, 64],
): Layer[] => {
  const seen = (filters: number, kernelSize: number, strides: number): Layer[] =>
    rectified((options) => conv2D({ filters, kernelSize, strides, padding: 'same', ...options }))
  return [
    rescaling({ scale: 1 / 255 }),
    ...seen(one, 8, 4),
    ...seen(two, 4, 2),
    ...seen(three, 3, 1),
    flatten(),
  ]
}
