// The random numbers of augmentations: one for each example.
import { mul } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import type { Drawing } from './augmentation.ts'

/** A number for each example, uniform from -1 to 1, times its strength: `[n, 1]`. */
export const signedDraw = ({ n, random, strength }: Drawing): Value =>
  mul(random.uniform([n, 1], -1, 1), strength)

/** A number for each example, uniform from 0 to 1: `[n, 1]`. */
export const share = ({ n, random }: Drawing): Value => random.uniform([n, 1], 0, 1)
