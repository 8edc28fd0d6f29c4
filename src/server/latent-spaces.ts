// Latent spaces of runs, measured once per checkpoint and shared by all who ask.
import type { RunFolder } from '../runs/node/index.ts'
import { type LatentSpace, latentSpace } from '../workflow/latent-directions.ts'
import type { StudioContext } from './context.ts'

/** @returns gives the latent space of a run's newest checkpoint; its errors are those of `latentSpace` */
export function latentSpaces(studio: StudioContext): (run: RunFolder) => Promise<LatentSpace> {
  const kept = new Map<string, { readonly step: number; readonly space: Promise<LatentSpace> }>()
  return async (run) => {
    const [step = -1] = await run.listCheckpoints()
    const known = kept.get(run.folder)
    if (known && known.step === step) return known.space
    const space = studio.engine().then((engine) => latentSpace(run, engine, studio.data))
    kept.set(run.folder, { step, space })
    const forget = (): void => {
      if (kept.get(run.folder)?.space === space) kept.delete(run.folder)
    }
    // Examples may be at hand the next time.
    space.then(({ noExamples }) => noExamples !== undefined && forget(), forget)
    return space
  }
}
