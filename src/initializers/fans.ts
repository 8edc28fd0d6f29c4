// How many inputs and outputs a weight connects: what Glorot and He initializers scale by.
import { type Shape, sizeOf } from '../util/shape.ts'

/**
 * Fan-in and fan-out as Keras computes them: of a dense kernel [in, out], of a convolution kernel
 * [height, width, in, out] (both times the receptive field), of a vector [n] (n and n).
 */
export function fans(shape: Shape): { fanIn: number; fanOut: number } {
  if (shape.length === 0) return { fanIn: 1, fanOut: 1 }
  if (shape.length === 1) return { fanIn: shape[0]!, fanOut: shape[0]! }
  const field = sizeOf(shape.slice(0, -2))
  return { fanIn: shape.at(-2)! * field, fanOut: shape.at(-1)! * field }
}
