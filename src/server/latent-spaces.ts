// Latent spaces of runs, measured once per checkpoint and shared by all who ask.

import {
  type LatentExamples,
  type LatentSpace,
  latentExamples,
  latentSpace,
} from '../answers/latent-directions.ts'
import type { RunFolder } from '../runs/node/index.ts'
import type { StudioContext } from './context.ts'

export interface LatentSpaces {
  /** The latent space of a run's newest checkpoint. Its errors are those of `latentSpace`. */
  space(run: RunFolder): Promise<LatentSpace>
  /** Where images lie in it. Its errors are those of `latentExamples`. */
  examples(run: RunFolder): Promise<LatentExamples>
}

/** What was found for the newest checkpoint of each run; what failed is tried again. */
function perCheckpoint<T>(find: (run: RunFolder) => Promise<T>): (run: RunFolder) => Promise<T> {
  const kept = new Map<string, { readonly step: number; readonly found: Promise<T> }>()
  return async (run) => {
    const [step = -1] = await run.listCheckpoints()
    const known = kept.get(run.folder)
    if (known?.step === step) return known.found
    const found = find(run)
    kept.set(run.folder, { step, found })
    found.catch(() => kept.get(run.folder)?.found === found && kept.delete(run.folder))
    return found
  }
}

export const latentSpaces = (studio: StudioContext): LatentSpaces => ({
  space: perCheckpoint(async (run) => latentSpace(run, await studio.engine())),
  examples: perCheckpoint(async (run) => latentExamples(run, await studio.engine(), studio.data)),
})
