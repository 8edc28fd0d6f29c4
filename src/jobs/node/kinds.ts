// The kinds of jobs there are: a new one is a file in `kinds/` and a line here.
import type { KindTable } from '../kind.ts'
import { augmentKind } from './kinds/augment.ts'
import { extractorKind } from './kinds/extractor.ts'
import { finetuneKind } from './kinds/finetune.ts'
import { trainingKind } from './kinds/training.ts'

export const KINDS: KindTable = {
  [trainingKind.name]: trainingKind,
  [finetuneKind.name]: finetuneKind,
  [augmentKind.name]: augmentKind,
  [extractorKind.name]: extractorKind,
}
