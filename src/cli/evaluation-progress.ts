// Draws the events of an evaluation as they come.
import type { EvaluateEvent } from '../lifecycle/evaluate-runs.ts'
import { formatCount } from '../util/format.ts'
import { formatPath } from './format-path.ts'
import type { Session } from './session.ts'

/** Seconds between two lines of the same long work in a log. */
const PACE = 10

/** What an event is about, and what it says; `ends`: it is the last about that. */
function told(event: EvaluateEvent): {
  readonly about: string
  readonly text: string
  readonly ends?: boolean
} {
  switch (event.type) {
    case 'images':
      return {
        about: 'images',
        ends: event.done === event.total,
        text: `reading images: ${formatCount(event.done)} of ${formatCount(event.total)}`,
      }
    case 'extractor':
      return {
        about: 'extractor',
        ends: event.step + 1 >= event.steps,
        text: `training the classifier that measures need, once for this data: step ${formatCount(event.step)} of ${formatCount(event.steps)}`,
      }
    case 'evaluating': {
      const what = event.what === 'samples' ? formatPath(event.folder) : 'what stands beside'
      const text = `measuring ${what}: draw ${event.draw} of ${event.draws}`
      return { about: text, text }
    }
    case 'evaluated':
      return { about: event.folder, text: `measured ${formatPath(event.folder)}` }
  }
}

/** On a terminal one line that is redrawn; in a log a line for each new thing, and now and then for a long one. */
export function evaluationDrawer(
  { terminal, style }: Pick<Session, 'terminal' | 'style'>,
  now: () => number = () => performance.now() / 1000,
): (event: EvaluateEvent) => void {
  let last = { about: '', at: Number.NEGATIVE_INFINITY }
  return (event) => {
    const { about, text, ends } = told(event)
    if (terminal.live) {
      if (event.type === 'evaluated') terminal.print(style.good(text))
      else terminal.status((columns) => style.faint(`${text} ...`.slice(0, columns - 1)))
      return
    }
    if (about === last.about && now() - last.at < PACE && !ends) return
    last = { about, at: now() }
    terminal.print(text)
  }
}
