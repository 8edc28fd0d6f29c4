// What an initializer is: it fills a new weight from a random stream.
import type { RandomStream } from '../util/random.ts'
import type { Shape } from '../util/shape.ts'

export interface Initializer {
  /** Keras' name, e.g. `glorotUniform`. */
  readonly name: string
  /** A new array of `shape`, row-major. */
  fill(shape: Shape, random: RandomStream): Float32Array
}
