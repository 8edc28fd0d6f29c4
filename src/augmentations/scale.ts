// Scale: the image made larger or smaller about its middle.
import { add, exp, log, mul } from '../graph/build.ts'
import type { Movement } from './augmentation.ts'
import { mapped } from './places.ts'

/** By a factor between 1 / (1 + strength) and 1 + strength, its logarithm being uniform: as often larger as smaller. */
export const scale: Movement = {
  kind: 'movement',
  name: 'scale',
  description: 'made larger or smaller by up to this share',
  usual: 0.1,
  most: 10,
  place(at, drawing) {
    const { n, random, strength } = drawing
    const factor = exp(mul(random.uniform([n, 1], -1, 1), log(add(strength, 1))))
    return mapped(at, drawing, [factor, 0, 0, factor])
  },
}
