// The kinds of jobs there are: a new one is a file in `kinds/` and a line here.
import type { KindTable } from '../kind.ts'
import { augmentKind } from './kinds/augment.ts'
import { certifyKind } from './kinds/certify.ts'
import { extractorKind } from './kinds/extractor.ts'
import { finetuneKind } from './kinds/finetune.ts'
import { probeKind } from './kinds/probe.ts'
import { trainingKind } from './kinds/training.ts'

export const KINDS: KindTable = {
  [trainingKind.name]: trainingKind,
  [finetuneKind.name]: finetuneKind,
  [probeKind.name]: probeKind,
  [augmentKind.name]: augmentKind,
  [certifyKind.name]: certifyKind,
  [extractorKind.name]: extractorKind,
}
