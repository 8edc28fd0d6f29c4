// What poolings of images have in common: windows of one size with Keras' strides and padding.
import type { SlidingWindow } from '../graph/pooling.ts'
import type { Value } from '../graph/value.ts'
import { ShapeError } from '../util/errors.ts'
import { formatShape, type Shape } from '../util/shape.ts'
import type { Layer } from './layer.ts'
import { type LayerOptions, openOptions, stateless } from './layer-options.ts'
import { checkImage, type Padding, type Pair, paddedLength, paddingOf, padsOf, pairOf } from './windows.ts'

export interface Pooling2DOptions extends LayerOptions {
  /** Height and width of the window; one number for both; default 2. */
  readonly poolSize?: number | Pair
  /** Default poolSize, so that windows do not overlap. */
  readonly strides?: number | Pair
  /** `valid`: whole windows only; `same`: ceil(length / stride) windows, some beyond the edge. Default `valid`. */
  readonly padding?: Padding
}

/** The pooling layer of this factory and Keras' class name. */
export function pooling2D(
  factory: string,
  type: string,
  options: Pooling2DOptions,
  pool: (x: Value, windows: readonly SlidingWindow[]) => Value,
): Layer {
  const where = openOptions(factory, options, ['poolSize', 'strides', 'padding'])
  const poolSize = pairOf(where, 'poolSize', options.poolSize ?? 2)
  const strides = pairOf(where, 'strides', options.strides ?? poolSize)
  const padding = paddingOf(where, options.padding ?? 'valid')
  const countOf = (length: number, axis: number): number =>
    paddedLength(length, poolSize[axis]!, strides[axis]!, 1, padding)
  const windowsOf = (lengths: Shape): SlidingWindow[] => {
    const pads = padsOf(lengths, poolSize, strides, [1, 1], padding)
    return lengths.map((length, axis) => ({
      axis: axis + 1,
      kernel: poolSize[axis]!,
      stride: strides[axis]!,
      dilation: 1,
      before: pads[axis]!,
      after: pads[axis + 2]!,
      count: countOf(length, axis),
    }))
  }
  return stateless(type, options, {
    config: { poolSize, strides, padding },
    outputShape: (input) => {
      checkImage(input)
      const spatial = input.slice(0, 2).map(countOf)
      if (spatial.some((length) => length < 1))
        throw new ShapeError(`window ${formatShape(poolSize)} is larger than the image ${formatShape(input)}`)
      return [...spatial, input[2]!]
    },
    output: ({ input }) => pool(input, windowsOf(input.shape.slice(1, 3))),
  })
}
