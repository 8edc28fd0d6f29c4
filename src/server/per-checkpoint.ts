// What is found out about the weights of a run: once per checkpoint, for all who ask.
import type { RunFolder } from '../runs/node/index.ts'

/** Runs of which it is kept: a studio may stand open for weeks. */
const MOST = 20

/** What was found for the newest checkpoint of each run that was asked about lately; what failed is tried again. */
export function perCheckpoint<T>(find: (run: RunFolder) => Promise<T>): (run: RunFolder) => Promise<T> {
  const kept = new Map<string, { readonly step: number; readonly found: Promise<T> }>()
  return async (run) => {
    const [step = -1] = await run.listCheckpoints()
    const known = kept.get(run.folder)
    // Those that were asked for last stand at the end.
    kept.delete(run.folder)
    const entry = known?.step === step ? known : { step, found: find(run) }
    kept.set(run.folder, entry)
    for (const old of [...kept.keys()].slice(0, -MOST)) kept.delete(old)
    if (entry !== known) entry.found.catch(() => kept.get(run.folder) === entry && kept.delete(run.folder))
    return entry.found
  }
}
