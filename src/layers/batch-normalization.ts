// BatchNormalization: each channel to mean beta and standard deviation gamma.
import { add, div, mul, reduceMean, reshape, sqrt, square, sub } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { describeInitializer, type InitializerOption, initializerOf } from '../initializers/registry.ts'
import { ShapeError } from '../util/errors.ts'
import { checkNumber } from '../util/options.ts'
import { formatShape, type Shape } from '../util/shape.ts'
import { affineOf, NORMALIZATION, type NormalizationOptions } from './affine.ts'
import { exampleAxis } from './axes.ts'
import type { Layer, WeightSpec } from './layer.ts'
import { named, openOptions } from './layer-options.ts'

export interface BatchNormalizationOptions extends NormalizationOptions {
  /** The axis of the channels, counted with the batch as axis 0; default -1. */
  readonly axis?: number
  /** Share of the old value that a moving statistic keeps at each step; default 0.99. */
  readonly momentum?: number
  /** Default `zeros`. */
  readonly movingMeanInitializer?: InitializerOption
  /** Default `ones`. */
  readonly movingVarianceInitializer?: InitializerOption
}

/**
 * Batch normalization, as Keras' layer. Training normalizes by the mean and the biased variance of the batch, over all
 * axes but the channels', and moves the moving statistics; inference normalizes by the moving statistics.
 * Weights: gamma, beta, movingMean, movingVariance, each [channels]; the last two are not trainable.
 *
 * @source Ioffe & Szegedy 2015, arXiv:1502.03167
 */
export function batchNormalization(options: BatchNormalizationOptions = {}): Layer {
  const where = openOptions('batchNormalization', options, [
    'axis',
    'momentum',
    ...NORMALIZATION,
    'movingMeanInitializer',
    'movingVarianceInitializer',
  ])
  const axis = checkNumber(where, 'axis', options.axis ?? -1, { integer: true })
  const momentum = checkNumber(where, 'momentum', options.momentum ?? 0.99, { atLeast: 0, atMost: 1 })
  const affine = affineOf(where, options)
  const { epsilon } = affine
  const initializers = {
    movingMean: initializerOf(where, 'movingMeanInitializer', options.movingMeanInitializer ?? 'zeros'),
    movingVariance: initializerOf(
      where,
      'movingVarianceInitializer',
      options.movingVarianceInitializer ?? 'ones',
    ),
  }

  /** The channels' axis, counted with the batch as axis 0. */
  const channelAxis = (rank: number): number => exampleAxis(axis, rank)

  return {
    type: 'BatchNormalization',
    ...named(options),
    config: {
      axis,
      momentum,
      ...affine.config,
      movingMeanInitializer: describeInitializer(initializers.movingMean),
      movingVarianceInitializer: describeInitializer(initializers.movingVariance),
    },
    weights(input) {
      if (input.length === 0)
        throw new ShapeError(
          `expects inputs [n, ..., channels], got one number per example ${formatShape(input)}`,
        )
      const shape = [input[channelAxis(input.length + 1) - 1]!]
      const moving = (name: keyof typeof initializers): WeightSpec => ({
        name,
        shape,
        initializer: initializers[name],
        trainable: false,
      })
      return [...affine.weights(shape), moving('movingMean'), moving('movingVariance')]
    },
    outputShape: (input) => input,
    call({ input, weights: { gamma, beta, movingMean, movingVariance }, training }) {
      const rank = input.shape.length
      const channels = channelAxis(rank)
      const axes = input.shape.flatMap((_, i) => (i === channels ? [] : [i]))
      // A [channels] array broadcasts by itself only along the last axis.
      const spread: Shape = input.shape.map((length, i) => (i === channels ? length : 1))
      const along = (value: Value): Value => (channels === rank - 1 ? value : reshape(value, spread))
      const scaleOf = (variance: Value): Value => {
        const deviation = sqrt(add(variance, epsilon))
        return div(gamma ?? 1, deviation)
      }
      if (!training) {
        // Folded to one product and one sum over the input: x * factor + shift.
        const factor = scaleOf(movingVariance!)
        const shift = sub(beta ?? 0, mul(movingMean!, factor))
        return { output: add(mul(input, along(factor)), along(shift)) }
      }
      const mean = reduceMean(input, { axes })
      const centred = sub(input, along(mean))
      const variance = reduceMean(square(centred), { axes })
      const scaled = mul(centred, along(scaleOf(variance)))
      const moved = (old: Value, now: Value): Value => add(mul(old, momentum), mul(now, 1 - momentum))
      return {
        output: beta ? add(scaled, along(beta)) : scaled,
        updates: {
          movingMean: moved(movingMean!, mean),
          movingVariance: moved(movingVariance!, variance),
        },
      }
    },
  }
}
