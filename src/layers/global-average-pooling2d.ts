// GlobalAveragePooling2D: the mean of each channel.
import { reduceMean } from '../graph/build.ts'
import { type GlobalPooling2DOptions, globalPooling2D } from './global-pooling2d.ts'
import type { Layer } from './layer.ts'

/** [n, h, w, c] to [n, c]. */
export const globalAveragePooling2D = (options: GlobalPooling2DOptions = {}): Layer =>
  globalPooling2D('globalAveragePooling2D', 'GlobalAveragePooling2D', options, reduceMean)
