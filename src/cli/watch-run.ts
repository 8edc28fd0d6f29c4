// Draws the events of a training as they come, and stops it cleanly on Ctrl-C.
import type { RunEvent, RunResult } from '../measuring/events.ts'
import { dataName, dataText } from '../runs/data-text.ts'
import type { MetricsRow } from '../runs/schema.ts'
import { formatBriefMetric, formatCount, formatSize } from '../util/format.ts'
import { evaluationDrawer } from './evaluation-progress.ts'
import { formatPath } from './format-path.ts'
import { type ProgressTracker, progressTracker, type ShownMetric } from './progress.ts'
import { plainPace, plainProgress, progressLine } from './progress-line.ts'
import type { Session } from './session.ts'
import { plainStyle, type Style } from './style.ts'
import type { Terminal } from './terminal.ts'
import { watch } from './watch.ts'

const FINISHING = { models: 'the networks', pictures: 'the pictures', report: 'the report' } as const

/** Seconds between two lines of a download in a log. */
const DOWNLOAD_PACE = 10

export interface EventDrawer {
  draw(event: RunEvent): void
  /** What an interruption means at this moment, for the message. */
  readonly stage: 'preparing' | 'training' | 'finishing'
  /** How the run's metrics are called; none before the run is known. */
  readonly metrics: readonly ShownMetric[]
}

function headline({ folder, config, resumedFrom }: Extract<RunEvent, { type: 'run' }>): string[] {
  const { settings, data } = config
  const steps = `${formatCount(settings.steps)} steps of ${settings.batchSize}, seed ${settings.seed}`
  return [
    `${resumedFrom === undefined ? 'training' : 'continuing'} ${config.model} on ${formatPath(dataName(data))} (${dataText(data, 'x')})`,
    ...(data.preparation === undefined ? [] : [`images: ${data.preparation}`]),
    resumedFrom === undefined ? steps : `${formatCount(resumedFrom + 1)} of ${steps}, are done`,
    `run folder: ${formatPath(folder)}`,
  ]
}

/** Turns events into lines and a redrawn line. `now` is in seconds. */
export function eventDrawer(
  terminal: Terminal,
  style: Style = plainStyle,
  now: () => number = () => performance.now() / 1000,
): EventDrawer {
  let stage: EventDrawer['stage'] = 'preparing'
  let metrics: readonly ShownMetric[] = []
  let tracker: ProgressTracker | undefined
  let isDue: (done: number, now: number) => boolean = () => false
  let sampled = -1
  let download = { file: '', at: Number.NEGATIVE_INFINITY }

  const progress = (): void => {
    if (!tracker) return
    const { current } = tracker
    if (terminal.live) terminal.status((columns) => progressLine(current, columns, style))
    else if (isDue(current.done, now())) terminal.print(plainProgress(current))
  }
  const activity = (text: string): void => {
    if (terminal.live) terminal.status((columns) => style.faint(`${text} ...`.slice(0, columns - 1)))
    else terminal.print(text)
  }
  const showPreparing = evaluationDrawer({ terminal, style }, now)
  const showDownload = ({ file, received, total }: Extract<RunEvent, { type: 'download' }>): void => {
    const amount = total ? `${formatSize(received)} of ${formatSize(total)}` : formatSize(received)
    const due = file !== download.file || now() - download.at >= DOWNLOAD_PACE || received === total
    if (!terminal.live && !due) return
    download = { file, at: now() }
    activity(`downloading ${file}: ${amount}`)
  }

  return {
    get stage() {
      return stage
    },
    get metrics() {
      return metrics
    },
    draw(event) {
      switch (event.type) {
        case 'download':
          showDownload(event)
          return
        case 'images':
        case 'extractor':
          showPreparing(event)
          return
        case 'run': {
          stage = 'training'
          metrics = event.config.metrics
          const { steps: total } = event.config.settings
          tracker = progressTracker({ total, done: (event.resumedFrom ?? -1) + 1, metrics })
          isDue = plainPace(total)
          for (const line of headline(event)) terminal.print(line)
          for (const { file, reason } of event.skipped ?? [])
            terminal.print(`${style.warn('warning:')} ${file} was passed over: ${reason}`)
          for (const what of event.mended ?? []) terminal.print(`${style.warn('made again:')} ${what}`)
          for (const what of event.lost ?? []) terminal.print(`${style.warn('lost:')} ${what}`)
          if (terminal.live) progress()
          return
        }
        case 'steps':
          tracker?.advance(event, now())
          progress()
          return
        case 'samples':
          if (!terminal.live && event.step !== sampled)
            terminal.print(`step ${formatCount(event.step)}: ${event.file}`)
          sampled = event.step
          return
        case 'record': {
          if (event.log === 'validation') tracker?.validate(event.row as MetricsRow)
          if (terminal.live) {
            progress()
            return
          }
          const numbers = metrics.flatMap(({ name, label, format = 'number' }) => {
            const value = event.row[name]
            return typeof value !== 'number' ? [] : [`${label} ${formatBriefMetric(value, format)}`]
          })
          // Logs that hold no numbers of the training, such as points of the plane, are nothing for lines.
          if (numbers.length > 0)
            terminal.print(`step ${formatCount(event.row.step)}: ${event.log} ${numbers.join(', ')}`)
          return
        }
        case 'evaluation': {
          const { row, measures: taken } = event
          const numbers = taken.flatMap(({ name, label, format }) =>
            Number.isFinite(row[name]) ? [`${label} ${formatBriefMetric(row[name]!, format)}`] : [],
          )
          terminal.print(`step ${formatCount(row.step)}: ${numbers.join(', ')}`)
          return
        }
        case 'checkpoint':
          if (!terminal.live) terminal.print(`step ${formatCount(event.step)}: checkpoint written`)
          return
        case 'paused':
          terminal.print(
            style.warn(
              `paused after step ${formatCount(event.step)}; go on with it in the studio, or stop with Ctrl-C`,
            ),
          )
          return
        case 'continued':
          terminal.print(`going on after step ${formatCount(event.step)}`)
          return
        case 'notice': {
          const { severity, step, message } = event.notice
          const paint = { info: style.accent, warning: style.warn, error: style.bad }[severity]
          terminal.print(`${paint(`${severity}:`)} step ${formatCount(step)}: ${message}`)
          return
        }
        case 'newcomer': {
          stage = 'finishing'
          const { network, number, count, done, steps } = event
          const text = `${network} ${number} of ${count} learns against what was trained`
          if (terminal.live) activity(`${text}: ${formatCount(done)} of ${formatCount(steps)} steps`)
          else if (done === steps) activity(text.replace('learns', 'has learned'))
          return
        }
        case 'finishing':
          stage = 'finishing'
          activity(`making ${FINISHING[event.what]}`)
          return
        case 'result':
          terminal.close()
      }
    },
  }
}

const STOPPING = {
  preparing: 'stopping before training begins',
  training: 'stopping after this call; a checkpoint is written',
  finishing: 'training is done and saved; finishing the files',
} as const

/**
 * Runs a training to its end, or to a clean stop at the first Ctrl-C.
 *
 * @param start  begins the work; the signal asks it to stop
 * @throws InterruptedError when it was stopped before there was anything to keep
 */
export function watchRun(
  session: Session,
  start: (signal: AbortSignal) => AsyncGenerator<RunEvent>,
): Promise<{ readonly result: RunResult; readonly metrics: readonly ShownMetric[] }> {
  const drawer = eventDrawer(session.terminal, session.style)
  return watch(session, {
    name: 'training',
    first: 'preparing',
    start,
    draw(event) {
      drawer.draw(event)
      return event.type === 'result' ? { result: event.result, metrics: drawer.metrics } : undefined
    },
    stopping: () => STOPPING[drawer.stage],
    hasBegun: () => drawer.stage !== 'preparing',
  })
}
