// Shear: the image slanted, as handwriting is.
import type { Movement } from './augmentation.ts'
import { signedDraw } from './draw.ts'
import { mapped } from './places.ts'

export const shear: Movement = {
  kind: 'movement',
  name: 'shear',
  description: 'slanted by up to so many pixels sideways for each pixel of height',
  usual: 0.2,
  most: 2,
  place: (at, drawing) => mapped(at, drawing, [1, signedDraw(drawing), 0, 1]),
}
