// Brightness: one number added to all of an image.
import { add, reshape } from '../graph/build.ts'
import type { Change } from './augmentation.ts'
import { signedDraw } from './draw.ts'

/** What leaves [0, 1] is not brought back. */
export const brightness: Change = {
  kind: 'change',
  name: 'brightness',
  description: 'lighter or darker by up to this, images being in [0, 1]',
  usual: 0.2,
  most: 1,
  change: (images, drawing) => add(images, reshape(signedDraw(drawing), [drawing.n, 1, 1, 1])),
}
