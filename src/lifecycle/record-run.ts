// Keeps the folder's record of a training while it happens: logs, sheets, checkpoints and status.

import type { RunEvent } from '../measuring/events.ts'
import { COURSE, type MeasureInfo, MODES } from '../metrics/index.ts'
import type { SheetMaker } from '../pictures/sheets.ts'
import { type MetricsRow, type RunStatus, sampleFile } from '../runs/index.ts'
import type { RunWriter } from '../runs/node/index.ts'
import { DivergedError } from '../training/state.ts'
import type { TrainEvent } from '../training/watcher.ts'
import { messageOf } from '../util/errors.ts'
import { checkpointTensors } from './recorded-run.ts'

/** How the numbers of logs that measure a training are called, where they are told. */
const MEASURES: Readonly<Record<string, readonly MeasureInfo[]>> = {
  evaluations: [...MODES, ...COURSE.flatMap(({ measures }) => measures)],
  returns: [
    { name: 'meanReturn', label: 'mean return of its best actions', better: 'higher', format: 'number' },
    { name: 'lowestReturn', label: 'lowest', better: 'higher', format: 'number' },
    { name: 'highestReturn', label: 'highest', better: 'higher', format: 'number' },
  ],
}

/** Seconds between two writes of status.json. */
const STATUS_SECONDS = 2
/** Seconds for which lines of steps wait for each other: calls of a millisecond would spend a third of it on writing. */
const LINES_SECONDS = 0.1

type End = Extract<TrainEvent, { type: 'end' }>

export interface Recorded {
  /** What happens, from the step after `from` on. */
  readonly events: AsyncIterable<TrainEvent>
  /** The last step that was done before; -1 for a new run. */
  readonly from: number
  /** Draws the sheets. */
  readonly sheet: SheetMaker
  /** What is made of the trained state; its last event is the result. Only then is the run called finished. */
  readonly finish: (end: End) => AsyncIterable<RunEvent>
}

/** Writes down everything that happens, then tells it. */
export async function* recordRun(
  run: RunWriter,
  { events, from, sheet, finish }: Recorded,
): AsyncGenerator<RunEvent> {
  const { settings, model } = run.config
  const { pid } = process
  let lastStep = from
  let statusAt = 0
  let state: RunStatus['state'] = 'running'
  const status = async (now: RunStatus['state'], message?: string): Promise<void> => {
    state = now
    statusAt = performance.now()
    await run.writeStatus({ state, step: Math.max(0, lastStep), pid, ...(message ? { message } : {}) })
  }
  /** Lines of steps that are not written yet, and the seconds that these steps took. */
  let waiting: MetricsRow[] = []
  let seconds = 0
  let writtenAt = performance.now()
  const writeLines = async (): Promise<void> => {
    const rows = waiting
    const step = rows.at(-1)?.step
    if (step === undefined) return
    const took = seconds
    ;[waiting, seconds, writtenAt] = [[], 0, performance.now()]
    await run.append('metrics', rows)
    await run.append('timings', [{ step, seconds: took, at: new Date().toISOString() }])
  }
  /** Writes one event down and tells what to pass on. */
  const keep = async (event: Exclude<TrainEvent, { type: 'end' }>): Promise<RunEvent> => {
    // What else happens is written after the steps before it.
    if (event.type !== 'steps') await writeLines()
    switch (event.type) {
      case 'steps':
        lastStep = event.step
        waiting.push(...event.rows)
        seconds += event.seconds
        if (performance.now() - writtenAt > 1000 * LINES_SECONDS) await writeLines()
        if (performance.now() - statusAt > 1000 * STATUS_SECONDS) {
          await writeLines()
          await status(state)
        }
        return event
      case 'samples':
        await run.writeSample(event.step, event.latents, await sheet(event))
        return { type: 'samples', step: event.step, file: sampleFile(event.step, event.latents) }
      case 'record':
        await run.append(event.log, [event.row])
        return Object.hasOwn(MEASURES, event.log)
          ? { type: 'evaluation', row: event.row as MetricsRow, measures: MEASURES[event.log]! }
          : { type: 'record', log: event.log, row: event.row }
      case 'notice':
        await run.append('events', [event.notice])
        return event
      case 'checkpoint': {
        await run.writeCheckpoint({
          step: event.state.step,
          tensors: checkpointTensors(event.state, event.shapes),
          metadata: { model, seed: String(settings.seed) },
        })
        return { type: 'checkpoint', step: event.state.step }
      }
      case 'paused':
      case 'continued':
        await status(event.type === 'paused' ? 'paused' : 'running')
        return event
    }
  }
  try {
    await status('running')
    let end: End | undefined
    for await (const event of events) {
      if (event.type === 'end') end = event
      else yield await keep(event)
    }
    await writeLines()
    // Only now, when the memory of training is free again.
    await status('running')
    for await (const event of finish(end!)) {
      if (event.type === 'result') await status(end!.reason)
      yield event
    }
  } catch (error) {
    if (error instanceof DivergedError) {
      await writeLines()
      const [good] = await run.listCheckpoints()
      const diagnosis = `${error.message} ${good === undefined ? 'No checkpoint was written before.' : `The last good checkpoint is that of step ${good}.`}`
      await run.append('events', [
        { step: error.step, kind: 'diverged', severity: 'error', message: diagnosis },
      ])
      await status('failed', diagnosis)
      throw new DivergedError(error.what, error.step, error.detail, diagnosis)
    }
    await writeLines().catch(() => {})
    await status('failed', messageOf(error)).catch(() => {})
    throw error
  }
}
