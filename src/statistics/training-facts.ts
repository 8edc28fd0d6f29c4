// What training took, as plain facts that claim no difference.

import { formatCount } from '../util/format.ts'
import { spreadText } from '../util/spread-text.ts'
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

/** `Warnings while training: A none and B 2. Not told: C (too early to tell).` */
function warnings(rows: ReadonlyMap<string, Row>, labels: readonly string[]): string | undefined {
  const values = rows.get('warnings')?.values
  if (!values) return undefined
  const known = values.flatMap((found, index) => (found.value === null ? [] : [{ found, index }]))
  const unknown = values.flatMap(({ value, reason }, index) =>
    value === null ? [`${labels[index]} (${reason})`] : [],
  )
  const left = unknown.length > 0 ? `Not told: ${listed(unknown)}.` : ''
  const parts = known.map(({ found, index }) =>
    found.value === 0 ? `${labels[index]} none` : `${labels[index]} ${foundText(found, 'count')}`,
  )
  const told =
    known.length === 0
      ? ''
      : known.some(({ found }) => found.value !== 0)
        ? `Warnings while training: ${listed(parts)}.`
        : unknown.length === 0
          ? 'No alarm was raised while training.'
          : `No alarm was raised while ${listed(known.map(({ index }) => labels[index]!))} trained.`
  return [told, left].filter((text) => text !== '').join(' ')
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
    { topic: 'alarms', row: 'warnings', text: warnings(rows, labels) },
  ] as const
  return facts.flatMap(({ text, ...rest }) => (text === undefined ? [] : [{ ...rest, text, claims: false }]))
}
