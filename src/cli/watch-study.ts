// Draws the events of a study as they come, and stops it cleanly on Ctrl-C.
import type { StudyEvent } from '../studies/node/events.ts'
import { formatClock, formatCount, quoteArgument } from '../util/format.ts'
import { EXIT } from './exit-codes.ts'
import { formatPath } from './format-path.ts'
import type { Session } from './session.ts'
import { studyText } from './study-text.ts'
import { watch } from './watch.ts'

/** Seconds between two lines of progress in a log. */
const PACE = 30
/** Jobs that a line names. */
const MOST_NAMED = 2

/** `12/40 jobs  1h 02m left  mlp-gan, seed 2 40%`. */
function progressText({
  done,
  total,
  running,
  secondsLeft,
}: Extract<StudyEvent, { type: 'progress' }>): string {
  const named = running.slice(0, MOST_NAMED).map(({ name, share }) => `${name} ${Math.floor(100 * share)}%`)
  const more = running.length > MOST_NAMED ? [`and ${running.length - MOST_NAMED} more`] : []
  return [
    `${formatCount(done)}/${formatCount(total)} jobs`,
    ...(secondsLeft === undefined || done === total ? [] : [`${formatClock(secondsLeft)} left`]),
    [...named, ...more].join('; ') || (done === total ? '' : 'waiting'),
  ]
    .filter((part) => part !== '')
    .join('  ')
}

function studyDrawer({ terminal, style }: Session, now: () => number = () => performance.now() / 1000) {
  let toldAt = Number.NEGATIVE_INFINITY
  return (event: StudyEvent): void => {
    switch (event.type) {
      case 'planning':
        terminal.status(() => style.faint('looking at the jobs and their data ...'))
        return
      case 'study': {
        const { config, done, total, driver, folder } = event
        terminal.print(
          `${done > 0 ? 'continuing' : 'starting'} the study ${config.name}: ${formatCount(total)} ${total === 1 ? 'job' : 'jobs'} in ${config.jobs.groups.length} ${config.jobs.groups.length === 1 ? 'group' : 'groups'}${done > 0 ? `, ${formatCount(done)} done` : ''}`,
        )
        terminal.print(`by ${driver}`)
        terminal.print(`folder: ${formatPath(folder)}`)
        return
      }
      case 'progress': {
        const text = progressText(event)
        if (terminal.live) terminal.status((columns) => text.slice(0, columns - 1))
        else if (now() - toldAt >= PACE) {
          toldAt = now()
          terminal.print(text)
        }
        return
      }
      case 'result': {
        const { row, done, total } = event
        // Thousands of small jobs would fill the screen.
        if (total > 200 && done % Math.ceil(total / 100) !== 0) return
        const what = row.failed ? style.warn(row.failed) : row.found ? 'found' : 'done'
        terminal.print(`${formatCount(done)}/${formatCount(total)} ${style.accent(row.name)}: ${what}`)
        return
      }
      case 'failed':
        terminal.print(
          event.final
            ? `${style.bad('failed:')} ${event.name}: ${event.message}`
            : `${style.warn('trying again:')} ${event.name}: ${event.message}`,
        )
        return
      case 'remark':
        terminal.print(style.warn(event.message))
        return
      case 'paused':
        terminal.print(
          style.warn(
            'paused: jobs that go on end, no other begins; go on with it in the studio, or stop with Ctrl-C',
          ),
        )
        return
      case 'continued':
        terminal.print('going on')
        return
      case 'end':
        terminal.close()
    }
  }
}

/**
 * Runs a study to its end, or to a clean stop at the first Ctrl-C, and tells what it found.
 *
 * @throws InterruptedError when it was stopped before there was anything to keep
 */
export async function watchStudy(
  session: Session,
  start: (signal: AbortSignal) => AsyncGenerator<StudyEvent>,
): Promise<void> {
  const draw = studyDrawer(session)
  let begun = false
  const { outcome, folder, result, failures, files } = await watch(session, {
    name: 'the study',
    first: 'looking at the jobs and their data',
    start,
    draw(event: StudyEvent) {
      begun ||= event.type === 'study'
      draw(event)
      return event.type === 'end' ? event : undefined
    },
    stopping: () => 'stopping the jobs; what is done is kept',
    hasBegun: () => begun,
  })
  if (!result) {
    session.finish(
      { outcome, folder, failures },
      `stopped; continue with the same command, or with: sparring resume ${quoteArgument(formatPath(folder))}`,
    )
    session.exitCode = EXIT.interrupted
    return
  }
  session.finish(
    { outcome, folder, ...result, failures, files },
    studyText(result, failures, files, { style: session.resultStyle, columns: session.columns }),
  )
  if (failures.length > 0) session.exitCode = EXIT.data
}
