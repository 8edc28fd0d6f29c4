// Losses of real-valued predictions: squared and absolute error.
import { abs, reduceMean, square, sub } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { targetFor } from './target.ts'

/** (prediction - target)², averaged over all elements. `target` has the prediction's shape or is one number. */
export const meanSquaredError = (prediction: Value, target: Value | number): Value =>
  reduceMean(square(sub(prediction, targetFor('meanSquaredError', prediction, target))))

/** |prediction - target|, averaged over all elements. `target` has the prediction's shape or is one number. */
export const meanAbsoluteError = (prediction: Value, target: Value | number): Value =>
  reduceMean(abs(sub(prediction, targetFor('meanAbsoluteError', prediction, target))))
