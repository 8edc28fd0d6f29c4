// Draws the events of an audit as they come, and stops it cleanly on Ctrl-C.
import type { AuditEvent } from '../audit/node/events.ts'
import { formatClock, formatCount, formatSize, quoteArgument } from '../util/format.ts'
import { auditText } from './audit-text.ts'
import { EXIT } from './exit-codes.ts'
import { formatPath } from './format-path.ts'
import type { Session } from './session.ts'
import { watch } from './watch.ts'

/** Seconds between two lines of one part in a log. */
const PACE = 30
/** Share of the work that must be done before the time left is told. */
const LEAST_SHARE = 0.02

/** `42%  3:10 left` of what goes on since a share was done. */
function pace(from: { share: number; at: number }, share: number, now: number): string {
  const done = share - from.share
  const left = done > LEAST_SHARE ? ((now - from.at) / done) * (1 - share) : undefined
  return `${Math.floor(100 * share)}%${left === undefined ? '' : `, ${formatClock(left)} left`}`
}

/** Turns events into lines and a redrawn line. `now` is in seconds. */
export function auditDrawer(
  { terminal, style }: Pick<Session, 'terminal' | 'style'>,
  now: () => number = () => performance.now() / 1000,
): (event: AuditEvent) => void {
  let from: { share: number; at: number } | undefined
  let last = { title: '', at: Number.NEGATIVE_INFINITY }
  return (event) => {
    switch (event.type) {
      case 'download':
      case 'images':
        terminal.status((columns) => style.faint('loading images ...'.slice(0, columns - 1)))
        return
      case 'audit': {
        const { config, done } = event
        const { norm, eps, n, budget } = config.settings
        terminal.print(
          `${done > 0 ? 'continuing the audit of' : 'auditing'} ${config.model.name} on ${formatCount(n)} images of ${formatPath(config.data.name)}`,
        )
        terminal.print(
          `${norm}, eps ${Number(eps.toPrecision(4))}, ${budget} budget, ${config.parts.length} parts${done > 0 ? `, ${done} done` : ''}`,
        )
        if (event.memory)
          terminal.print(
            `takes up to about ${formatSize(event.memory)} of memory, ${config.settings.batch} images at once`,
          )
        terminal.print(`run folder: ${formatPath(event.folder)}`)
        return
      }
      case 'progress': {
        const { title, share } = event
        from ??= { share, at: now() }
        const text = `${pace(from, share, now())}  ${title}`
        if (terminal.live) terminal.status((columns) => text.slice(0, columns - 1))
        else if (title !== last.title || now() - last.at > PACE) {
          last = { title, at: now() }
          terminal.print(text)
        }
        return
      }
      case 'part':
        terminal.print(`${style.accent(event.row.title)}: ${event.row.finding}`)
        return
      case 'paused':
        terminal.print(style.warn('paused; go on with it in the studio, or stop with Ctrl-C'))
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
 * Runs an audit to its end, or to a clean stop at the first Ctrl-C, and tells what it found.
 *
 * @param failUnder  share of images that must be named rightly under every attack
 * @throws InterruptedError when it was stopped before there was anything to keep
 */
export async function watchAudit(
  session: Session,
  start: (signal: AbortSignal) => AsyncGenerator<AuditEvent>,
  failUnder?: number,
): Promise<void> {
  const draw = auditDrawer(session)
  let begun = false
  const { folder, result, files } = await watch(session, {
    name: 'the audit',
    first: 'opening the model',
    start,
    draw(event: AuditEvent) {
      begun ||= event.type === 'audit'
      draw(event)
      return event.type === 'end' ? event : undefined
    },
    stopping: () => 'stopping; what is done is kept',
    hasBegun: () => begun,
  })
  if (!result) {
    session.finish(
      { outcome: 'stopped', folder },
      `stopped; continue with: sparring resume ${quoteArgument(formatPath(folder))}`,
    )
    session.exitCode = EXIT.interrupted
    return
  }
  session.finish(
    { outcome: 'finished', folder, ...result, files },
    auditText(result, files, session.resultStyle, session.columns),
  )
  if (failUnder !== undefined && result.summary.worstCase < failUnder) session.exitCode = EXIT.below
}
