// `sparring verify`: whether everything in a run's folder is whole, and what can be done where it is not.

import type { Objective } from '../objectives/objective.ts'
import { importModel } from '../onnx/index.ts'
import { checkPng } from '../report/node/index.ts'
import { checkpointFile } from '../runs/index.ts'
import {
  type Checkpointed,
  digestsIn,
  EVALUATION_FILE,
  type RunFolder,
  STATUS_FILE,
} from '../runs/node/index.ts'
import { packageVersion } from '../runs/node/machine.ts'
import type { Flaw, Verification } from '../runs/verification.ts'
import { checkTrained, stepGraph } from '../training/index.ts'
import { messageOf } from '../util/errors.ts'
import { networkFiles } from './networks.ts'
import { openOwnRun } from './own-code.ts'
import { checkpointArrays, checkpointState, recordedFacts, recordedObjective } from './recorded-run.ts'
import { planResume } from './resume-plan.ts'
import { checkRecords } from './run-records.ts'

export interface Verified extends Omit<Verification, 'checked' | 'looked'> {
  /** How much was looked at. */
  readonly checked: {
    readonly steps: number
    readonly checkpoints: number
    readonly sheets: number
    readonly networks: number
    readonly figures: number
  }
}

const RESUME = '"sparring resume" puts it right'
const REPORT = '"sparring report" makes it again'

/** The error of something that may fail, in words. */
const problemOf = async (work: () => unknown): Promise<string | undefined> => {
  try {
    await work()
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}

/** The ONNX files: of a finished run those of its last checkpoint, byte for byte; of others whatever is there can be read. */
async function networkFlaws(
  run: RunFolder,
  objective: Objective,
  finished: boolean,
  newest: Checkpointed | undefined,
): Promise<{ flaws: Flaw[]; count: number }> {
  const flaws: Flaw[] = []
  let count = 0
  const same = finished && newest && run.config.versions.sparring === packageVersion()
  const expected = same
    ? networkFiles(objective, run.config, checkpointState(newest).arrays, newest.step)
    : {}
  for (const file of Object.keys(objective.networks).map((name) => `${name}.onnx`)) {
    const bytes = await run.readFile(file)
    if (!bytes && !finished) continue
    count++
    const remedy = newest ? '"sparring export" writes it again' : 'no checkpoint is left to write it from'
    if (!bytes) flaws.push({ file, problem: 'it is missing', remedy })
    else if (expected[file] && !Buffer.from(expected[file]).equals(bytes))
      flaws.push({ file, problem: `it does not hold the weights of step ${newest!.step}`, remedy })
    else {
      const problem = await problemOf(() => importModel(bytes))
      if (problem) flaws.push({ file, problem, remedy })
    }
  }
  return { flaws, count }
}

/** Figures, report and records of measurements. */
async function otherFlaws(run: RunFolder, figures: readonly string[], finished: boolean): Promise<Flaw[]> {
  const flaws: Flaw[] = []
  for (const file of figures) {
    const problem = checkPng((await run.readFile(file)) ?? new Uint8Array())
    if (problem) flaws.push({ file, problem, remedy: REPORT })
  }
  const report = await run.readFile('report.html')
  if (report ? !Buffer.from(report).includes('</html>') : finished)
    flaws.push({
      file: 'report.html',
      problem: report ? 'it ends before its end' : 'it is missing',
      remedy: REPORT,
    })
  const measured = await problemOf(run.readEvaluation)
  if (measured)
    flaws.push({ file: EVALUATION_FILE, problem: measured, remedy: '"sparring evaluate" measures again' })
  for (const { name, file } of Object.values(run.logs).filter(({ onResume }) => onResume === 'kept')) {
    const problem = await problemOf(() => run.readLog(name))
    if (problem) flaws.push({ file, problem, remedy: 'correct or delete the line that it names' })
  }
  return flaws
}

/**
 * Looks at every file of a run. Changes nothing.
 *
 * @throws DataError when the folder is no run, ConfigError when its model is not known
 */
export async function verifyRun(folder: string): Promise<Verified> {
  const run = await openOwnRun(folder)
  const { config } = run
  const objective = recordedObjective(config)
  const flaws: Flaw[] = []

  const statusFile = await run.readFile(STATUS_FILE)
  const status = await run.readStatus()
  if (!statusFile?.length)
    flaws.push({ file: STATUS_FILE, problem: 'it is missing or empty', remedy: RESUME })

  const { settings } = config
  const { state } = stepGraph(objective, {
    batchSize: settings.batchSize,
    columns: recordedFacts(run.config).columns,
  })
  let newest: Checkpointed | undefined
  const steps = await run.listCheckpoints()
  for (const step of steps) {
    const problem = await problemOf(async () => {
      const found = await run.readCheckpoint(step)
      checkpointArrays(found, config, objective)
      checkTrained(checkpointState(found), state)
      newest ??= found
    })
    if (problem)
      flaws.push({
        file: checkpointFile(step),
        problem,
        remedy: '"sparring resume" goes on from the one before, if there is one',
      })
  }

  const until = newest?.step ?? -1
  const { problems } = await checkRecords(run, objective, until, newest && digestsIn(newest.metadata))
  const stuck = await problemOf(() => planResume(run, objective))
  for (const { file, problem, cure } of problems) {
    const remedy = cure === 'lost' ? 'nothing depends on it' : stuck ? 'it cannot be made again' : RESUME
    flaws.push({ file, problem, remedy })
  }

  const finished = status.state === 'finished'
  const networks = await networkFlaws(run, objective, finished, newest)
  const figures = (await run.listFigures()).filter((file) => file.endsWith('.png'))
  flaws.push(...networks.flaws, ...(await otherFlaws(run, figures, finished)))
  const sheets = (await run.listSamples()).length
  return {
    folder: run.folder,
    flaws,
    ...(stuck ? { stuck } : {}),
    checked: {
      steps: until + 1,
      checkpoints: steps.length,
      sheets,
      networks: networks.count,
      figures: figures.length,
    },
  }
}
