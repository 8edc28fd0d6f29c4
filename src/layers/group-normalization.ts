// GroupNormalization: groups of channels of each example to mean beta and standard deviation gamma, whatever the batch.
import { reshape } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { ConfigError, ShapeError } from '../util/errors.ts'
import { checkNumber, show } from '../util/options.ts'
import type { Shape } from '../util/shape.ts'
import { affineOf, NORMALIZATION, type NormalizationOptions } from './affine.ts'
import { exampleAxis } from './axes.ts'
import type { Layer } from './layer.ts'
import { named, openOptions } from './layer-options.ts'

export interface GroupNormalizationOptions extends NormalizationOptions {
  /** How many groups the channels make; -1 for one of each channel (instance normalization). Default 32. */
  readonly groups?: number
  /** The axis of the channels, counted with the batch as axis 0; default -1. */
  readonly axis?: number
}

/**
 * Group normalization, as Keras' layer: by mean and biased variance of a group's channels over all places of an example, the
 * same in both modes. Weights: gamma, beta, each [channels].
 *
 * @source Wu & He 2018, arXiv:1803.08494
 */
export function groupNormalization(options: GroupNormalizationOptions = {}): Layer {
  const where = openOptions('groupNormalization', options, ['groups', 'axis', ...NORMALIZATION])
  const groups = options.groups ?? 32
  if (!Number.isInteger(groups) || (groups < 1 && groups !== -1))
    throw new ConfigError(
      `${where}: groups must be an integer with groups >= 1, or -1 for one of each channel, got ${show(groups)}`,
    )
  const axis = checkNumber(where, 'axis', options.axis ?? -1, { integer: true })
  const affine = affineOf(where, options)

  /** The axis of the channels of a batch of this shape, their number, and how many groups they make. */
  const divided = (batch: Shape): { at: number; channels: number; parts: number } => {
    const at = exampleAxis(axis, batch.length)
    const channels = batch[at]!
    const parts = groups === -1 ? channels : groups
    if (channels % parts !== 0)
      throw new ShapeError(`expects channels that ${parts} groups divide, got ${channels}; set groups`)
    return { at, channels, parts }
  }
  return {
    type: 'GroupNormalization',
    ...named(options),
    config: {
      groups,
      axis,
      ...affine.config,
    },
    weights(input) {
      const shape = [divided([1, ...input]).channels]
      return affine.weights(shape)
    },
    outputShape: (input) => input,
    call({ input, weights }) {
      const { at, channels, parts } = divided(input.shape)
      const apart = reshape(input, [
        ...input.shape.slice(0, at),
        parts,
        channels / parts,
        ...input.shape.slice(at + 1),
      ])
      const axes = apart.shape.flatMap((_, i) => (i === 0 || i === at ? [] : [i]))
      const normal = reshape(affine.standardized(apart, axes), input.shape)
      // A [channels] array broadcasts by itself only along the last axis.
      const along = (value: Value): Value =>
        reshape(value, [channels, ...input.shape.slice(at + 1).map(() => 1)])
      return { output: affine.scaled(normal, weights, along) }
    },
  }
}
