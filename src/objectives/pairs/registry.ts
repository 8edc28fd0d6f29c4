// The registry of objectives of a generator and a discriminator: adding one is a line.
import { dragan } from './dragan.ts'
import { hinge } from './hinge.ts'
import { leastSquares } from './least-squares.ts'
import { minimax } from './minimax.ts'
import { nonSaturating } from './non-saturating.ts'
import type { PairLoss } from './pair-loss.ts'
import { r3gan } from './r3gan.ts'
import { relativistic } from './relativistic.ts'
import { unrolled } from './unrolled.ts'
import { veegan } from './veegan.ts'
import { wganGpLoss } from './wgan-gp.ts'

export const PAIR_LOSSES: readonly PairLoss[] = [
  minimax,
  nonSaturating,
  leastSquares,
  hinge,
  wganGpLoss,
  dragan,
  relativistic,
  r3gan,
  unrolled,
  veegan,
]
