// The end of a run: its networks as ONNX files, its pictures, its report and what to tell the user.
import type { RunEvent, RunResult } from '../measuring/events.ts'
import type { Objective } from '../objectives/objective.ts'
import { readClassification } from '../pictures/classification.ts'
import { writePictures } from '../pictures/pictures.ts'
import { type ChallengeRecord, challengeNumbers, type MetricsRow, recordStandings } from '../runs/index.ts'
import type { RunFolder } from '../runs/node/index.ts'
import type { Engine } from '../runtime/engine.ts'
import { summarize } from '../statistics/index.ts'
import type { TrainingState } from '../training/state.ts'
import { wholeWhereMeant } from '../util/whole.ts'
import { challengeRun } from './challenge-run.ts'
import { networkFiles, networkPaths } from './networks.ts'
import type { RunData } from './run-data.ts'

/** A row of a log as it is told. */
const shown = <Row extends MetricsRow>(row: Row): Row =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, wholeWhereMeant(value)])) as Row

/** The numbers of a challenge as results end with them: of those who were trained, and of every newcomer. */
function numbersByName(challenge: ChallengeRecord): Record<string, number | readonly number[]> {
  const { others, newcomers } = challengeNumbers(challenge)
  return { ...others, [`${challenge.network}s`]: newcomers }
}

/** Writes the networks' ONNX files. Returns absolute paths by network. */
export async function writeNetworks(
  run: RunFolder,
  objective: Objective,
  { arrays, step }: TrainingState,
): Promise<Record<string, string>> {
  const files = networkFiles(objective, run.config, arrays, step)
  for (const [name, bytes] of Object.entries(files)) await run.writeFile(name, bytes)
  return networkPaths(run.folder, Object.keys(files))
}

/** Makes everything that a trained or stopped run leaves, and ends with its result. `data`: what it was trained on. */
export async function* finishRun(
  run: RunFolder,
  engine: Engine,
  objective: Objective,
  state: TrainingState,
  outcome: RunResult['outcome'],
  data: RunData,
): AsyncGenerator<RunEvent> {
  yield { type: 'finishing', what: 'models' }
  const networks = await writeNetworks(run, objective, state)
  // What was stopped is not what it was meant to become.
  const challenge =
    outcome === 'finished' ? yield* challengeRun(run, engine, objective, state, data) : undefined
  yield { type: 'finishing', what: 'pictures' }
  const { files: pictures } = await writePictures(run, engine, objective, state, async () => data, outcome)
  const record = await run.readRecord()
  const { seconds = 0, stepsPerSecond = 0, tail } = summarize(record)
  const validation = record.validation.at(-1)
  const classification = await readClassification(run, state.step)
  yield {
    type: 'result',
    result: {
      outcome,
      folder: run.folder,
      step: state.step,
      steps: run.config.settings.steps,
      files: { ...pictures, ...networks },
      metrics: Object.fromEntries(
        tail.map(({ info, mean, deviation, n }) => [info.name, { mean, deviation, n }]),
      ),
      standings: recordStandings(record),
      ...(validation ? { validation: shown(validation) } : {}),
      ...(classification ? { classification } : {}),
      seconds,
      stepsPerSecond,
      ...(challenge ? { challenge, ...numbersByName(challenge) } : {}),
    },
  }
}
