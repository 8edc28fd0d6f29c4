// AveragePooling2D: the mean of each window of each channel.
import { averagePool } from '../graph/pooling.ts'
import type { Layer } from './layer.ts'
import { type Pooling2DOptions, pooling2D } from './pooling2d.ts'

/** [n, h, w, c] to [n, h', w', c]. What a window covers beyond the edge is not counted, as in Keras. */
export const averagePooling2D = (options: Pooling2DOptions = {}): Layer =>
  pooling2D('averagePooling2D', 'AveragePooling2D', options, (x, windows) => averagePool(x, windows))
