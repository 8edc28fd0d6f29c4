// Runs of a few steps on a few of the built-in digits, trained once for all tests that want the same.
import { cp, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { inject } from 'vitest'
import { startRun } from '../../src/lifecycle/index.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder of this test run that every process shares. */
    shared: string
  }
}

/** Digits that are drawn for such a run; a sixth as many are held out. All 60,000 take seconds in every process. */
export const SMALL_COUNT = 3000

export interface SmallRun {
  readonly model: string
  readonly name: string
  readonly settings?: Readonly<Record<string, unknown>>
}

/** Trains such a run into `folder`. */
async function train(folder: string, { model, settings = {} }: SmallRun): Promise<void> {
  const events = startRun({
    model,
    data: 'digits',
    dataOptions: { count: SMALL_COUNT },
    folder,
    settings: { steps: 24, batchSize: 16, sampleEvery: 8, checkpointEvery: 8, threads: 1, ...settings },
    command: ['sparring', 'train', model],
  })
  for await (const _ of events);
}

/** The folder of a run that was trained in this test run; nobody changes it. */
async function prepared(run: SmallRun): Promise<string> {
  const shared = join(inject('shared'), 'runs')
  const settings = Object.entries(run.settings ?? {}).sort(([a], [b]) => a.localeCompare(b))
  const folder = join(shared, [run.model, ...settings.map(([name, value]) => `${name}=${value}`)].join(','))
  if (await stat(folder).catch(() => undefined)) return folder
  await mkdir(shared, { recursive: true })
  const own = await mkdtemp(join(shared, '.half-'))
  await train(join(own, 'run'), run)
  // Whoever is first gives it its name; the same was trained twice then.
  await rename(join(own, 'run'), folder).catch(async (error) => {
    if (!(await stat(folder).catch(() => undefined))) throw error
  })
  await rm(own, { recursive: true, force: true })
  return folder
}

/** Puts runs of 24 steps into a folder, by their names. */
export async function trainSmall(folder: string, runs: readonly SmallRun[]): Promise<void> {
  for (const run of runs) await cp(await prepared(run), join(folder, run.name), { recursive: true })
}
