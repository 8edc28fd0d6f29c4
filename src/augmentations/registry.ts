// The augmentations there are: a new one is a file and a line here.
import type { Augmentation } from './augmentation.ts'
import { brightness } from './brightness.ts'
import { contrast } from './contrast.ts'
import { crop } from './crop.ts'
import { elastic } from './elastic.ts'
import { erase } from './erase.ts'
import { noise } from './noise.ts'
import { rotate } from './rotate.ts'
import { saturation } from './saturation.ts'
import { scale } from './scale.ts'
import { shear } from './shear.ts'
import { shift } from './shift.ts'

export const AUGMENTATIONS: readonly Augmentation[] = [
  shift,
  rotate,
  scale,
  shear,
  crop,
  elastic,
  erase,
  noise,
  brightness,
  contrast,
  saturation,
]
