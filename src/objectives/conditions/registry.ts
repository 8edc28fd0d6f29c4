// The registry of ways in which a class enters both players: adding one is a line.
import { acganCondition } from './acgan.ts'
import { concatCondition } from './concat.ts'
import type { Condition } from './condition.ts'
import { embeddingCondition } from './embedding.ts'
import { projectionCondition } from './projection.ts'

export const CONDITIONS: readonly Condition[] = [
  concatCondition,
  embeddingCondition,
  projectionCondition,
  acganCondition,
]
