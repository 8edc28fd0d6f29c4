// Runs of a few steps on a few of the built-in digits, trained once for all tests that want the same.
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
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

/** A GAN of few weights, for tests that copy, damage or check runs: a run is less than a megabyte, and not 80. */
export const TINY_GAN = {
  model: 'dcgan-64',
  settings: { filters: 1, imageSize: '16', latentDim: 8 },
} as const

const SETTINGS = { steps: 24, batchSize: 16, sampleEvery: 8, checkpointEvery: 8, threads: 1 }

/** Milliseconds after which a training in another process is no longer waited for. */
const PATIENCE = 60_000

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
    settings: { ...SETTINGS, ...(model === 'vae' ? { validateEvery: 8 } : {}), ...settings },
    command: ['sparring', 'train', model],
  })
  for await (const _ of events);
}

/** Whether this process is the first that wants it, and makes it. */
const claimed = (folder: string): Promise<boolean> =>
  mkdir(`${folder}.claim`).then(
    () => true,
    () => false,
  )

/** The folder of a run that was trained in this test run, by whoever wanted it first; nobody changes it. */
async function prepared(run: SmallRun): Promise<string> {
  const shared = join(inject('shared'), 'runs')
  const settings = Object.entries(run.settings ?? {}).sort(([a], [b]) => a.localeCompare(b))
  const folder = join(shared, [run.model, ...settings.map(([name, value]) => `${name}=${value}`)].join(','))
  await mkdir(shared, { recursive: true })
  if (!(await claimed(folder))) {
    for (const start = Date.now(); !existsSync(folder) && Date.now() - start < PATIENCE; ) await sleep(50)
    if (existsSync(folder)) return folder
  }
  const own = await mkdtemp(join(shared, '.half-'))
  await train(join(own, 'run'), run)
  // The same was trained twice where somebody's patience ended.
  await rename(join(own, 'run'), folder).catch((error) => {
    if (!existsSync(folder)) throw error
  })
  await rm(own, { recursive: true, force: true })
  return folder
}

/** Puts runs of 24 steps into a folder, by their names. */
export async function trainSmall(folder: string, runs: readonly SmallRun[]): Promise<void> {
  for (const run of runs) await cp(await prepared(run), join(folder, run.name), { recursive: true })
}
