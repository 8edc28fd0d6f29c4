// ReLU: the rectifier with an optional ceiling, slope and threshold.
import { greaterOrEqual, leakyRelu, min, mul, relu, where as select, sub } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { checkNumber } from '../util/options.ts'
import type { Layer } from './layer.ts'
import { type LayerOptions, openOptions, stateless } from './layer-options.ts'

export interface ReLUOptions extends LayerOptions {
  /** The largest output; default none. */
  readonly maxValue?: number
  /** Slope below the threshold; default 0. */
  readonly negativeSlope?: number
  /** Below it the output is negativeSlope (x - threshold); default 0. */
  readonly threshold?: number
}

export function reLU(options: ReLUOptions = {}): Layer {
  const where = openOptions('reLU', options, ['maxValue', 'negativeSlope', 'threshold'])
  const { maxValue } = options
  if (maxValue !== undefined) checkNumber(where, 'maxValue', maxValue, { atLeast: 0 })
  const negativeSlope = checkNumber(where, 'negativeSlope', options.negativeSlope ?? 0, { atLeast: 0 })
  const threshold = checkNumber(where, 'threshold', options.threshold ?? 0, { atLeast: 0 })
  const rectify = (x: Value): Value => {
    if (threshold > 0) return select(greaterOrEqual(x, threshold), x, mul(sub(x, threshold), negativeSlope))
    return negativeSlope > 0 ? leakyRelu(x, negativeSlope) : relu(x)
  }
  return stateless('ReLU', options, {
    config: { negativeSlope, threshold, ...(maxValue === undefined ? {} : { maxValue }) },
    output: ({ input }) => (maxValue === undefined ? rectify(input) : min(rectify(input), maxValue)),
  })
}
