// From where a run can go on so that it ends as if nothing had ever happened to it.
import type { Objective } from '../objectives/objective.ts'
import { checkpointFile } from '../runs/index.ts'
import { type Checkpointed, digestsIn, type LoadedCheckpoint, type RunFolder } from '../runs/node/index.ts'
import { DataError, messageOf } from '../util/errors.ts'
import { checkRecords, type RecordProblem } from './run-records.ts'

export interface ResumePlan {
  /** Where to go on; undefined: from the beginning. */
  readonly checkpoint?: Checkpointed
  /** Logs, by file, put right up to that step. */
  readonly logs: Readonly<Record<string, string>>
  /** Sheets that are made again from the checkpoint of their step. */
  readonly sheets: readonly NonNullable<RecordProblem['sheet']>[]
  /** What is put right before it goes on, or by going on from an earlier checkpoint, in words. */
  readonly mended: readonly string[]
  /** What stays lost, in words. */
  readonly lost: readonly string[]
  /** Checkpoints that cannot be used. */
  readonly skipped: LoadedCheckpoint['skipped']
}

const told = ({ file, problem }: RecordProblem): string => `${file}: ${problem}`

const listed = (problems: readonly string[]): string => {
  const shown = problems.slice(0, 4)
  return [...shown, ...(problems.length > 4 ? [`${problems.length - 4} more`] : [])].join('; ')
}

/** The last step up to `last` that somebody asked for by hand, for some networks alone: it cannot be made again. */
async function handMade(run: RunFolder, after: number, last: number): Promise<number | undefined> {
  // A log that cannot be read is told of elsewhere.
  const events = await run.readLog('events').catch(() => [])
  return events.findLast(({ kind, step }) => kind === 'single-player' && step > after && step <= last)?.step
}

/**
 * The newest checkpoint before which everything is on record, or can be made again. Nothing is changed.
 *
 * @param acceptLosses  go on from the newest good checkpoint whatever is lost
 * @throws DataError when there is none, with what is wrong and what can be done
 */
export async function planResume(
  run: RunFolder,
  objective: Pick<Objective, 'offers'>,
  { acceptLosses = false }: { readonly acceptLosses?: boolean | undefined } = {},
): Promise<ResumePlan> {
  const steps = await run.listCheckpoints()
  const skipped: LoadedCheckpoint['skipped'] = []
  const good: number[] = []
  let newest: Checkpointed | undefined
  for (const step of steps)
    try {
      const found = await run.readCheckpoint(step)
      newest ??= found
      good.push(step)
    } catch (error) {
      skipped.push({ file: checkpointFile(step), reason: messageOf(error) })
    }
  if (!newest) {
    // Its error says what is wrong with each; without any checkpoint the run begins anew.
    await run.latestCheckpoint()
    return { logs: {}, sheets: [], mended: [], lost: [], skipped }
  }

  let first: readonly RecordProblem[] = []
  for (const step of acceptLosses ? good.slice(0, 1) : good) {
    const checkpoint = step === newest.step ? newest : await run.readCheckpoint(step)
    const { problems, logs } = await checkRecords(run, objective, step, digestsIn(checkpoint.metadata))
    if (step === newest.step) first = problems
    const again = problems.filter(({ cure }) => cure === 'again')
    const remade = again.filter(({ sheet }) => sheet && good.includes(sheet.step))
    const gone = again.filter((problem) => !remade.includes(problem))
    if (gone.length > 0 && !acceptLosses) continue
    const byHand = await handMade(run, step, steps[0]!)
    if (byHand !== undefined && !acceptLosses)
      throw new DataError(
        `the run in ${run.folder} cannot go on exactly: it would have to go back to the checkpoint of step ${step} ` +
          `(${listed([...skipped.map(({ reason }) => reason), ...first.map(told)])}), but step ${byHand} was asked for by hand ` +
          'and cannot be made again. Add --accept-losses to go on without it',
      )
    const put = new Set(gone)
    return {
      checkpoint,
      logs,
      sheets: remade.map(({ sheet }) => sheet!),
      mended: first.filter((problem) => problem.cure !== 'lost' && !put.has(problem)).map(told),
      lost: [...problems.filter(({ cure }) => cure === 'lost'), ...gone].map(told),
      skipped,
    }
  }
  throw new DataError(
    `the run in ${run.folder} cannot go on exactly from step ${newest.step}: ${listed(first.filter(({ cure }) => cure === 'again').map(told))}. ` +
      'No checkpoint before that is left to make it again from. Its weights are whole: "sparring sample" and "sparring export" ' +
      'work. Restore the files, train it again with the command in its config.json, or go on without them with --accept-losses',
  )
}
