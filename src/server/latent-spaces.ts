// Latent spaces of runs, measured once per checkpoint and shared by all who ask.

import {
  type LatentExamples,
  type LatentSpace,
  latentExamples,
  latentSpace,
} from '../answers/latent-directions.ts'
import type { RunFolder } from '../runs/node/index.ts'
import type { StudioContext } from './context.ts'
import { perCheckpoint } from './per-checkpoint.ts'

export interface LatentSpaces {
  /** The latent space of a run's newest checkpoint. Its errors are those of `latentSpace`. */
  space(run: RunFolder): Promise<LatentSpace>
  /** Where images lie in it. Its errors are those of `latentExamples`. */
  examples(run: RunFolder): Promise<LatentExamples>
}

export const latentSpaces = (studio: StudioContext): LatentSpaces => ({
  space: perCheckpoint(async (run) => latentSpace(run, await studio.engine())),
  examples: perCheckpoint(async (run) => latentExamples(run, await studio.engine(), studio.data)),
})
