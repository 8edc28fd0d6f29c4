// What training took, as plain facts that claim no difference.
import { spreadText } from '../../util/spread-text.ts'
import { formatCount } from '../format.ts'
import { listed } from './listed.ts'
import type { ReachedQuality } from './quality.ts'
import { foundText, type Row } from './row.ts'
import type { Sentence } from './wording.ts'

const steps = (count: number): string => `${formatCount(count)} ${count === 1 ? 'step' : 'steps'}`

/** `Training took 3 min 12 s for 12,001 steps of A and 5 min 02 s for 23,450 steps of B.` */
function durations(rows: ReadonlyMap<string, Row>, labels: readonly string[]): string | undefined {
  const parts = labels.flatMap((label, index) => {
    const [time, count] = ['totalTime', 'steps'].map((name) => rows.get(name)?.values[index])
    return typeof time?.value === 'number' && typeof count?.value === 'number'
      ? [`${foundText(time, 'seconds')} for ${steps(count.value)} of ${label}`]
      : []
  })
  return parts.length > 0 ? `Training took ${listed(parts)}.` : undefined
}

/** `FID 10.0 was first seen of A after 2,001 steps (40 s), of B never.` */
function reached(
  rows: ReadonlyMap<string, Row>,
  labels: readonly string[],
  quality: ReachedQuality | undefined,
): string | undefined {
  if (!quality) return undefined
  const parts = labels.map((label, index) => {
    const [count, time] = ['stepsToQuality', 'secondsToQuality'].map((name) => rows.get(name)?.values[index])
    if (typeof count?.value !== 'number') return `of ${label}: ${count?.reason ?? 'not recorded'}`
    const seconds = typeof time?.value === 'number' ? ` (${foundText(time, 'seconds')})` : ''
    return `of ${label} after ${foundText(count, 'count')} steps${seconds}${count.reason ? `, ${count.reason}` : ''}`
  })
  const bound = quality.better === 'lower' ? 'or lower' : 'or higher'
  return `${quality.label} ${spreadText(quality.value, undefined)} ${bound} was first seen ${parts.join('; ')}.`
}

/** `Warnings while training: A none, B 2.` */
function warnings(rows: ReadonlyMap<string, Row>, labels: readonly string[]): string | undefined {
  const values = rows.get('warnings')?.values
  if (!values) return undefined
  if (values.every(({ value }) => value === 0)) return 'Nothing gave a warning while training.'
  const parts = values.map((found, index) =>
    found.value === 0 ? `${labels[index]} none` : `${labels[index]} ${foundText(found, 'count')}`,
  )
  return `Warnings while training: ${listed(parts)}.`
}

/** @param quality  the quality that the rows of time to it are about */
export function factsOfTraining(
  all: readonly Row[],
  labels: readonly string[],
  quality: ReachedQuality | undefined,
): Sentence[] {
  const rows = new Map(all.map((row) => [row.name, row]))
  const facts = [
    { topic: 'speed', row: 'totalTime', text: durations(rows, labels) },
    { topic: 'speed', row: 'stepsToQuality', text: reached(rows, labels, quality) },
    { topic: 'steadiness', row: 'warnings', text: warnings(rows, labels) },
  ] as const
  return facts.flatMap(({ text, ...rest }) => (text === undefined ? [] : [{ ...rest, text, claims: false }]))
}
