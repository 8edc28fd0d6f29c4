// Import rules of normalizations.
import * as g from '../../graph/build.ts'
import type { Value } from '../../graph/value.ts'
import { DataError } from '../../util/errors.ts'
import { formatShape } from '../../util/shape.ts'
import { axesOf, type Call, float, fold, int, ints, operand, type Rule, refuse, requiredInt } from './call.ts'

/** A value per channel, shaped to fit [n, c, ...]. */
export function perChannel(call: Call, value: Value, rank: number): Value {
  if (rank < 2 || value.shape.length !== 1)
    throw new DataError(
      `expects a number for each channel of a tensor with 2 axes or more, got ${formatShape(value.shape)} for ${rank} axes`,
    )
  return fold(call, g.reshape(value, [value.shape[0]!, ...new Array<number>(rank - 2).fill(1)]))
}

/** Zero mean and unit variance over some axes; also gives the mean and 1 / deviation. */
function standardize(x: Value, axes: readonly number[], epsilon: number): [Value, Value, Value] {
  const mean = g.reduceMean(x, { axes, keepdims: true })
  const centred = g.sub(x, mean)
  const variance = g.reduceMean(g.square(centred), { axes, keepdims: true })
  const inverse = g.reciprocal(g.sqrt(g.add(variance, epsilon)))
  return [g.mul(centred, inverse), mean, inverse]
}

const from = (axis: number, rank: number): number[] => Array.from({ length: rank - axis }, (_, i) => axis + i)

function groupNormalization(call: Call): Value {
  const x = operand(call, 0)
  const [n, channels, ...spatial] = x.shape
  const groups = requiredInt(call, 'num_groups')
  const grouped = g.reshape(x, [n!, groups, channels! / groups, ...spatial])
  const normal = standardize(grouped, from(2, grouped.shape.length), float(call, 'epsilon', 1e-5))[0]
  // Before opset 21 scale and bias are per group, then per channel.
  const fit = (value: Value): Value =>
    value.shape[0] === channels
      ? perChannel(call, value, x.shape.length)
      : fold(
          call,
          perChannel(
            call,
            g.reshape(g.expand(g.reshape(value, [groups, 1]), [groups, channels! / groups]), [channels!]),
            x.shape.length,
          ),
        )
  return g.add(g.mul(g.reshape(normal, x.shape), fit(operand(call, 1))), fit(operand(call, 2)))
}

export const NORMALIZATION: Readonly<Record<string, Rule>> = {
  BatchNormalization: (call) => {
    if (int(call, 'training_mode', 0) === 1)
      refuse('batch normalization in training mode', 'export the model in evaluation mode')
    const x = operand(call, 0)
    const [scale, bias, mean, variance] = [1, 2, 3, 4].map((i) => operand(call, i))
    const factor = fold(call, g.div(scale!, g.sqrt(g.add(variance!, float(call, 'epsilon', 1e-5)))))
    const shift = fold(call, g.sub(bias!, g.mul(mean!, factor)))
    return g.add(g.mul(x, perChannel(call, factor, x.shape.length)), perChannel(call, shift, x.shape.length))
  },
  InstanceNormalization: (call) => {
    const x = operand(call, 0)
    const rank = x.shape.length
    const normal = standardize(x, from(2, rank), float(call, 'epsilon', 1e-5))[0]
    return g.add(
      g.mul(normal, perChannel(call, operand(call, 1), rank)),
      perChannel(call, operand(call, 2), rank),
    )
  },
  LayerNormalization: (call) => {
    const x = operand(call, 0)
    const axes = from(axesOf([int(call, 'axis', -1)], x.shape.length)[0]!, x.shape.length)
    const [normal, mean, inverse] = standardize(x, axes, float(call, 'epsilon', 1e-5))
    const scaled = g.mul(normal, operand(call, 1))
    return [call.inputs[2] ? g.add(scaled, call.inputs[2]) : scaled, mean, inverse]
  },
  GroupNormalization: groupNormalization,
  MeanVarianceNormalization: (call) => {
    const x = operand(call, 0)
    const axes = ints(call, 'axes') ?? [0, 2, 3]
    const centred = g.sub(x, g.reduceMean(x, { axes, keepdims: true }))
    const deviation = g.sqrt(g.reduceMean(g.square(centred), { axes, keepdims: true }))
    return g.div(centred, g.add(deviation, 1e-9))
  },
  LpNormalization: (call) => {
    const x = operand(call, 0)
    const axes = [int(call, 'axis', -1)]
    const sum = (value: Value): Value => g.reduceSum(value, { axes, keepdims: true })
    return g.div(x, int(call, 'p', 2) === 1 ? sum(g.abs(x)) : g.sqrt(sum(g.square(x))))
  },
}
