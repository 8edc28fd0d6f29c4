// GlobalMaxPooling2D: the largest number of each channel.
import { reduceMax } from '../graph/build.ts'
import { type GlobalPooling2DOptions, globalPooling2D } from './global-pooling2d.ts'
import type { Layer } from './layer.ts'

/** [n, h, w, c] to [n, c]. Equal largest numbers share the gradient. */
export const globalMaxPooling2D = (options: GlobalPooling2DOptions = {}): Layer =>
  globalPooling2D('globalMaxPooling2D', 'GlobalMaxPooling2D', options, reduceMax)
