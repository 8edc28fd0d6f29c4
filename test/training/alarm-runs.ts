// The table of healthy and lost runs, as `scripts/alarm-runs.mjs` packed it: what the alarms see of each.
import { readdirSync, readFileSync } from 'node:fs'
import { imageFacts } from '../../src/models/model.ts'
import { modelNamed } from '../../src/models/registry.ts'
import type { Objective } from '../../src/objectives/objective.ts'
import {
  alarmsOf,
  logDetector,
  type MetricsRow,
  type Notice,
  sampleDetector,
} from '../../src/training/detectors.ts'
import { LOOK } from '../../src/watches/watch.ts'

export interface AlarmRun {
  name: string
  run: { model: string; seed: number; options?: Record<string, unknown>; sampleEvery?: number }
  steps: number
  /** What was done to it, and the alarms of which the first must be one; `at`: the step from which on it was. */
  lost?: { by: string; kinds: string[]; at?: number }
  /** The step at which a number was no longer finite, which ends a training by itself. */
  diverged?: number
  /** By metric: means of the steps between two looks. */
  means: Record<string, number[]>
  /** Pixel deviation of real examples. */
  real: number
  /** Whether that, and the samples', is of examples of one class. */
  ofClass?: boolean
  /** Steps with the pixel deviation of their fresh samples. */
  samples: [step: number, deviation: number][]
}

const folder = new URL('./alarms/', import.meta.url)
export const alarmRuns: readonly AlarmRun[] = readdirSync(folder).flatMap(
  (file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as AlarmRun[],
)

export function objectiveOf({ run }: AlarmRun): Objective {
  const model = modelNamed(run.model)
  return model.objective(
    model.options.parse(run.options ?? {}),
    imageFacts([32, 32, 1], { classes: 10, steps: 1000 }),
  )
}

/** The log that has these means; empty where no alarm reads it. */
export const rowsOf = ({ means }: AlarmRun): MetricsRow[] =>
  (Object.values(means)[0] ?? []).flatMap((_, part) =>
    Array.from({ length: part === 0 ? LOOK + 1 : LOOK }, (_, i) => ({
      step: part === 0 ? i : part * LOOK + 1 + i,
      ...Object.fromEntries(Object.entries(means).map(([name, values]) => [name, values[part]!])),
    })),
  )

/** What the alarms say of a run, in the order of the steps. */
export function noticesOf(run: AlarmRun): Notice[] {
  const objective = objectiveOf(run)
  const [log, samples] = [logDetector(objective), sampleDetector(objective)]
  return [
    ...rowsOf(run).flatMap(log),
    ...run.samples.flatMap(([step, fresh]) => samples(step, { fresh, real: run.real, ofClass: run.ofClass })),
  ].sort((a, b) => a.step - b.step)
}

export const alarmsOfRun = (run: AlarmRun) =>
  alarmsOf(objectiveOf(run), {
    sampleEvery: run.samples.length > 0 ? (run.run.sampleEvery ?? 100) : 0,
    steps: run.steps,
  })
