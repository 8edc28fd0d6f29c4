// The kinds of jobs there are: a new one is a file in `kinds/` and a line here.
import type { KindTable } from '../kind.ts'
import { extractorKind } from './kinds/extractor.ts'
import { trainingKind } from './kinds/training.ts'

export const KINDS: KindTable = {
  [trainingKind.name]: trainingKind,
  [extractorKind.name]: extractorKind,
}
