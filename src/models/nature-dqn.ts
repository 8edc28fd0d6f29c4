// The layers of Mnih et al. 2015 from pictures of games to features, with the padding of Dopamine.
import { conv2D, dense, flatten, type Layer, rescaling } from '../layers/index.ts'
import type { Shape } from '../util/shape.ts'

export interface NatureOptions {
  /** Channels of the three convolutions. Default 32, 64 and 64 */
  readonly filters?: readonly [number, number, number]
  /** Numbers of the dense layer. Default 512 */
  readonly units?: number
}

/** Whether an observation is a picture of bytes, and no small grid. */
export const isPicture = (shape: Shape): boolean => shape.length === 3 && shape[0]! >= 36 && shape[1]! >= 36

/**
 * Bytes `[height, width, frames]` to features, in Keras' layout: with TensorFlow's SAME padding 84 x 84 become 21 x 21, 11 x 11 and
 * 11 x 11. With its default widths and six actions of 51 returns each the whole network has 4,200,402 weights.
 */
export const natureLayers = ({ filters = [32, 64, 64], units = 512 }: NatureOptions = {}): Layer[] => {
  const same = { padding: 'same', activation: 'relu' } as const
  return [
    rescaling({ scale: 1 / 255 }),
    conv2D({ filters: filters[0], kernelSize: 8, strides: 4, ...same }),
    conv2D({ filters: filters[1], kernelSize: 4, strides: 2, ...same }),
    conv2D({ filters: filters[2], kernelSize: 3, ...same }),
    flatten(),
    dense({ units, activation: 'relu', name: 'features' }),
  ]
}
