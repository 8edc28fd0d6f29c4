// Progress as text: one line that fits the terminal, or a plain line for a log.
import { formatBriefMetric, formatClock, formatCount } from '../util/format.ts'
import type { Progress } from './progress.ts'
import { plainStyle, type Style } from './style.ts'

/** `discriminator loss` as `disc loss`: words of up to four letters that end in a consonant. */
const shorten = (label: string): string =>
  label
    .split(' ')
    .map((word) => (word.length <= 4 ? word : word.slice(0, 4).replace(/(?<=..)[aeiou]+$/, '')))
    .join(' ')

/** `discriminator loss` as `dl`. */
const initials = (label: string): string =>
  label
    .split(' ')
    .map((word) => word.charAt(0))
    .join('')

/** `23.4`: steps per second with the digits that matter. */
const formatSpeed = (speed: number): string => speed.toFixed(speed >= 100 ? 0 : speed >= 10 ? 1 : 2)

interface Layout {
  /** The layout is taken when there is room for a bar of this length. */
  readonly bar: number
  readonly gap: string
  readonly parts: readonly ('percent' | 'steps' | 'speed' | 'left' | 'metrics')[]
  readonly label?: (label: string) => string
  /** Units are written out. */
  readonly long?: boolean
}

/** From wide to narrow; the first that fits is taken. */
const LAYOUTS: readonly Layout[] = [
  { bar: 12, gap: '  ', parts: ['steps', 'speed', 'left', 'metrics'], label: (label) => label, long: true },
  { bar: 10, gap: '  ', parts: ['steps', 'speed', 'left', 'metrics'], label: shorten, long: true },
  { bar: 6, gap: ' ', parts: ['steps', 'speed', 'left', 'metrics'], label: shorten },
  { bar: 6, gap: ' ', parts: ['steps', 'speed', 'left', 'metrics'], label: initials },
  { bar: 4, gap: ' ', parts: ['percent', 'left', 'metrics'], label: initials },
  { bar: 4, gap: ' ', parts: ['steps', 'left'] },
  { bar: 4, gap: ' ', parts: ['percent', 'left'] },
  { bar: 0, gap: ' ', parts: ['percent'] },
]
const LONGEST_BAR = 30
/** Columns left free, for the `^C` that a terminal adds when Ctrl-C is pressed: wrapped, it could not be removed. */
const SPARE = 3

interface Piece {
  readonly text: string
  readonly faint?: boolean
}

function pieces(progress: Progress, { parts, label = shorten, long = false }: Layout): Piece[] {
  const { done, total, stepsPerSecond, secondsLeft, metrics } = progress
  const piecesOf = (part: Layout['parts'][number]): Piece[] => {
    switch (part) {
      case 'percent':
        return [{ text: `${Math.floor((100 * done) / total)}%` }]
      case 'steps':
        return [{ text: `${formatCount(done).padStart(formatCount(total).length)}/${formatCount(total)}` }]
      case 'speed':
        if (stepsPerSecond === undefined) return []
        return [{ text: `${formatSpeed(stepsPerSecond)}${long ? ' steps/s' : '/s'}` }]
      case 'left':
        if (secondsLeft === undefined) return []
        return [{ text: formatClock(secondsLeft, { compact: !long }) + (long ? ' left' : '') }]
      case 'metrics':
        return metrics.flatMap((metric) => [
          { text: label(metric.label), faint: true },
          { text: formatBriefMetric(metric.value, metric.format, { short: !long }) },
        ])
    }
  }
  return parts.flatMap(piecesOf)
}

/** The gap after a piece: one space between a label and its number. */
const gapAfter = (piece: Piece, gap: string): string => (piece.faint ? ' ' : gap)

/**
 * One line that is redrawn: bar, steps, speed, time left and smoothed metrics, as much of it as fits.
 *
 * @param columns  width of the terminal; the line stays shorter, so that it never wraps
 */
export function progressLine(progress: Progress, columns: number, style: Style = plainStyle): string {
  const room = columns - SPARE
  for (const layout of LAYOUTS) {
    const words = pieces(progress, layout)
    const gaps = words.slice(0, -1).map((piece) => gapAfter(piece, layout.gap))
    const used = words.reduce((sum, { text }, i) => sum + text.length + (gaps[i]?.length ?? 0), 0)
    const bar = Math.min(LONGEST_BAR, room - used - layout.gap.length)
    if (layout.bar > 0 ? bar < layout.bar : used > room) continue
    const text = words
      .map((piece, i) => (piece.faint ? style.faint(piece.text) : piece.text) + (gaps[i] ?? ''))
      .join('')
    if (layout.bar === 0) return text
    const full = Math.floor((bar * progress.done) / progress.total)
    return (
      style.accent(style.full.repeat(full)) + style.faint(style.empty.repeat(bar - full)) + layout.gap + text
    )
  }
  return ''
}

/** One line for a log: `4,812/12,001 steps (40%), 23.4 steps/s, 5m 07s left, generator loss 0.923`. */
export function plainProgress({ done, total, stepsPerSecond, secondsLeft, metrics }: Progress): string {
  return [
    `${formatCount(done)}/${formatCount(total)} steps (${Math.floor((100 * done) / total)}%)`,
    ...(stepsPerSecond === undefined ? [] : [`${formatSpeed(stepsPerSecond)} steps/s`]),
    ...(secondsLeft === undefined || done === total ? [] : [`${formatClock(secondsLeft)} left`]),
    ...metrics.map(({ label, value, format }) => `${label} ${formatBriefMetric(value, format)}`),
  ].join(', ')
}

/** When a log gets its next line: every ten seconds or twentieth of the steps, and when all are done. */
export function plainPace(total: number): (done: number, now: number) => boolean {
  let lastAt = Number.NEGATIVE_INFINITY
  let lastPart = -1
  return (done, now) => {
    const part = Math.floor((20 * done) / total)
    const since = now - lastAt
    if (done < total && since < 10 && (part === lastPart || since < 1)) return false
    lastAt = now
    lastPart = part
    return true
  }
}
