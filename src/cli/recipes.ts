// What the command line does with a run by its kind: goes on with it, makes its report anew, verifies it. A new kind is a row.
import type { RunHead } from '../runs/index.ts'
import { openAnyRun } from '../runs/node/index.ts'
import type { RecipeFace } from './recipe-face.ts'

/** By the name of the kind; each is loaded when a run of it is named. */
const FACES: Readonly<Record<RunHead['recipe'], () => Promise<RecipeFace>>> = {
  audit: async () => (await import('./audit-face.ts')).auditFace,
  study: async () => (await import('./study-face.ts')).studyFace,
  training: async () => (await import('./training-face.ts')).trainingFace,
}

/** @throws DataError when the folder is no run */
export const faceOf = async (folder: string): Promise<RecipeFace> =>
  FACES[(await openAnyRun(folder)).recipe.name]!()
