// Resampling2D: images made larger or smaller through a fixed low-pass filter, so that no pattern of the grid is left in them.
import { conv, convInputGradient, transpose } from '../graph/build.ts'
import { constant, type Value } from '../graph/value.ts'
import { ConfigError, ShapeError } from '../util/errors.ts'
import { checkNumber, show } from '../util/options.ts'
import type { Shape } from '../util/shape.ts'
import type { Layer } from './layer.ts'
import { type LayerOptions, openOptions, stateless } from './layer-options.ts'
import { checkImage } from './windows.ts'

export interface Resampling2DOptions extends LayerOptions {
  /** Factor by which height and width grow; default 1. */
  readonly up?: number
  /** Factor by which they shrink; default 1. One of both is 1. */
  readonly down?: number
  /** Taps of the filter along each axis, of any sum but 0; default [1, 2, 1]. */
  readonly filter?: readonly number[]
}

/** The filter along both axes, of this sum, for each channel: [channels, 1, taps, taps]. */
function kernelOf(filter: readonly number[], total: number, channels: number, { dtype }: Value): Value {
  const sum = filter.reduce((all, tap) => all + tap, 0)
  const plane = filter.flatMap((a) => filter.map((b) => (total * a * b) / sum ** 2))
  const data = Float64Array.from({ length: channels * plane.length }, (_, i) => plane[i % plane.length]!)
  return constant(data, [channels, 1, filter.length, filter.length], dtype)
}

/**
 * [n, h, w, c] to [n, h up / down, w up / down, c]: filtered and every `down`th pixel taken, or spread over `up` times as many and
 * filtered. Beyond the border all is 0. Making larger is the transpose of making smaller, times `up` squared; with [1, 2, 1] it puts the
 * mean of neighbours between them.
 *
 * @throws ShapeError when `down` does not divide height and width
 * @source the resampling of Karras et al. 2019, arXiv:1912.04958, with the filter of Huang et al. 2024, arXiv:2501.05441
 */
export function resampling2D(options: Resampling2DOptions = {}): Layer {
  const where = openOptions('resampling2D', options, ['up', 'down', 'filter'])
  const whole = { integer: true, atLeast: 1 }
  const up = checkNumber(where, 'up', options.up ?? 1, whole)
  const down = checkNumber(where, 'down', options.down ?? 1, whole)
  if (up > 1 && down > 1)
    throw new ConfigError(
      `${where}: expected up or down, got up ${up} and down ${down}; use a layer for each`,
    )
  const factor = Math.max(up, down)
  const filter = options.filter ?? [1, 2, 1]
  const isList = Array.isArray(filter) && filter.every((tap) => Number.isFinite(tap))
  if (!isList || filter.length < factor || filter.reduce((sum, tap) => sum + tap, 0) === 0)
    throw new ConfigError(
      `${where}: filter must be a list of at least ${factor} numbers whose sum is not 0, got ${show(filter)}`,
    )
  const before = Math.floor((filter.length - factor + 1) / 2)
  const after = filter.length - factor - before
  const attributes = (channels: number) => ({
    strides: [factor, factor],
    dilations: [1, 1],
    group: channels,
    pads: [before, before, after, after],
  })
  const outputShape = (input: Shape): Shape => {
    checkImage(input)
    const [height, width, channels] = input as [number, number, number]
    if (height % down !== 0 || width % down !== 0)
      throw new ShapeError(`expects a height and width that ${down} divides, got ${height} x ${width}`)
    return [(height * up) / down, (width * up) / down, channels]
  }
  return stateless('Resampling2D', options, {
    config: { up, down, filter: [...filter] },
    outputShape,
    output({ input }) {
      const channels = input.shape[3]!
      const first = transpose(input, [0, 3, 1, 2]) // [n, c, h, w]
      const kernel = kernelOf(filter, up ** 2, channels, input)
      const made =
        up === 1
          ? conv(first, kernel, attributes(channels))
          : convInputGradient(first, kernel, {
              ...attributes(channels),
              inputShape: [input.shape[0]!, channels, input.shape[1]! * up, input.shape[2]! * up],
            })
      return transpose(made, [0, 2, 3, 1])
    },
  })
}
