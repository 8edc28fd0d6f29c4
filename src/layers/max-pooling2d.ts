// MaxPooling2D: the largest number of each window of each channel.
import { maxPool } from '../graph/pooling.ts'
import type { Layer } from './layer.ts'
import { type Pooling2DOptions, pooling2D } from './pooling2d.ts'

/** [n, h, w, c] to [n, h', w', c]. Of equal numbers the gradient goes to the first, in reading order. */
export const maxPooling2D = (options: Pooling2DOptions = {}): Layer =>
  pooling2D('maxPooling2D', 'MaxPooling2D', options, maxPool)
