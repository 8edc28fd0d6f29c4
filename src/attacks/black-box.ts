// The attacks that only ask: what can be found by whoever may send images and read answers.
import type { Attack } from './attack.ts'
import { hopSkipJump } from './hop-skip-jump.ts'
import { nes } from './nes.ts'
import { nesLabel, nesTopK } from './nes-partial.ts'
import { noise } from './noise.ts'
import { rotationTranslation } from './rotation-translation.ts'
import { square } from './square.ts'

/** By what they must be granted, from most to least. */
export const BLACK_BOX: readonly Attack[] = [
  square,
  nes,
  nesTopK,
  hopSkipJump,
  nesLabel,
  rotationTranslation,
  noise,
]
