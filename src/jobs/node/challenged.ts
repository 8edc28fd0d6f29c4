// How newcomers fared against what a job has trained: rows of its result.
import { readChallenge } from '../../lifecycle/challenge-run.ts'
import { recordedObjective } from '../../lifecycle/recorded-run.ts'
import { challengeNumbers } from '../../runs/index.ts'
import { openRun } from '../../runs/node/index.ts'
import type { RowRecord } from '../../runs/study-result.ts'
import { meanOf } from '../../statistics/index.ts'

const row = (rest: Pick<RowRecord, 'name' | 'label' | 'format' | 'better'>, value: number): RowRecord => {
  const found = meanOf([value], 'runs')
  return { ...rest, values: [found], runs: [[found]] }
}

/**
 * The rows of a run that was challenged: whether it reached what it was to reach, the numbers of those who were trained, and the best and the mean of
 * the newcomers; none of a run that declares no challenge.
 */
export async function challengeRows(folder: string): Promise<RowRecord[]> {
  const run = await openRun(folder)
  const { challenge } = recordedObjective(run.config)
  const [step = -1] = await run.listCheckpoints()
  const found = challenge && (await readChallenge(run, step))
  if (!found?.verdict) return []
  const { others, newcomers } = challengeNumbers(found)
  const labelOf = (name: string): string =>
    challenge!.objective.logs.find((log) => log.name === name)?.label ?? name
  const label = labelOf(found.network)
  const mean = newcomers.reduce((sum, value) => sum + value, 0) / newcomers.length
  return [
    row(
      { name: 'reached', label: 'Trainings that reached their goal', format: 'percent', better: 'higher' },
      found.verdict.reached ? 1 : 0,
    ),
    ...Object.entries(others).map(([name, value]) =>
      row({ name, label: labelOf(name), format: 'number' }, value),
    ),
    row(
      { name: found.network, label: `${label}, the best of ${newcomers.length}`, format: 'number' },
      Math.min(...newcomers),
    ),
    row(
      { name: `${found.network}.mean`, label: `${label}, mean of ${newcomers.length}`, format: 'number' },
      mean,
    ),
  ]
}
