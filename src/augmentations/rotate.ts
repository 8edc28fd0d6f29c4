// Rotate: the image turned about its middle.
import { cos, mul, neg, sin } from '../graph/build.ts'
import type { Movement } from './augmentation.ts'
import { signedDraw } from './draw.ts'
import { mapped } from './places.ts'

export const rotate: Movement = {
  kind: 'movement',
  name: 'rotate',
  description: 'turned by up to so many degrees, either way',
  usual: 15,
  most: 180,
  place(at, drawing) {
    const angle = mul(signedDraw(drawing), Math.PI / 180)
    const [c, s] = [cos(angle), sin(angle)]
    return mapped(at, drawing, [c, neg(s), s, c])
  },
}
