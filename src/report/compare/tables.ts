// The tables of a comparison: numbers of all groups, and texts by group.

import { type Group, nameOf } from '../../statistics/entry.ts'
import type { Found } from '../../statistics/found.ts'
import { BETTER, countText, foundText, type Row, type ValueFormat } from '../../statistics/row.ts'
import { escapeMarkup as safe } from '../escape.ts'
import { lineMarkup } from './overlay.ts'

/** The line of a group, as charts draw it. */
export const swatch = lineMarkup

/** Notes below a table: each text once, referred to by its number. */
export class Footnotes {
  readonly #texts: string[] = []
  readonly #id: string

  /** @param id  prefix of the notes' ids */
  constructor(id: string) {
    this.#id = id
  }

  /** The mark of a note, as markup. */
  mark(text: string): string {
    if (!this.#texts.includes(text)) this.#texts.push(text)
    const number = this.#texts.indexOf(text) + 1
    return `<sup><a href="#${this.#id}-${number}" aria-label="note ${number}">${number}</a></sup>`
  }

  list(): string {
    if (this.#texts.length === 0) return ''
    const items = this.#texts.map((text, index) => `<li id="${this.#id}-${index + 1}">${safe(text)}</li>`)
    return `<ol class="footnotes">\n${items.join('\n')}\n</ol>`
  }
}

/** The spread may go below the number where there is little room. */
const valueMarkup = (
  found: { value: number; deviation?: number },
  format: ValueFormat,
  marks = '',
): string => {
  const [value, spread] = foundText(found, format).split(' ± ')
  const after = spread === undefined ? '' : ` <span class="spread">± ${safe(spread)}</span>`
  return `<span class="value">${safe(value!)}${after}</span>${marks}`
}

function cell(found: Found, format: ValueFormat, best: boolean, notes: Footnotes): string {
  const { value, reason, caveats } = found
  const texts = [...(value !== null && reason !== undefined ? [reason] : []), ...caveats]
  const marks = texts.map((text) => notes.mark(text)).join('')
  if (value === null) return `<td><span class="none">– ${safe(reason ?? '')}</span>${marks}</td>`
  const n = `<small>${best ? '<b>best</b>, ' : ''}${countText(found)}</small>`
  return `<td${best ? ' class="best"' : ''}>${valueMarkup({ ...found, value }, format, marks)}${n}</td>`
}

const scroll = (name: string, table: string): string =>
  `<div class="scroll" tabindex="0" role="region" aria-label="${safe(name)}">${table}</div>`

const heads = (labels: readonly string[], groupOf: (column: number) => number = (column) => column): string =>
  labels.map((label, at) => `<th scope="col">${swatch(groupOf(at))}${safe(label)}</th>`).join('')

interface NumbersTable {
  /** What a screen reader calls the table. */
  name: string
  /** Prefix of the ids of its notes. */
  id: string
  /** The group of a column, whose colour it bears. Default: every column is a group */
  groupOf?: (column: number) => number
}

/** Numbers: a row each, a column per group, and one for real images where any row has them. */
export function numbersTable(
  rows: readonly Row[],
  labels: readonly string[],
  { name, id, groupOf }: NumbersTable,
): string {
  const notes = new Footnotes(id)
  const hasFloor = rows.some(({ floor }) => floor !== undefined)
  const floorCell = ({ floor, floorReason, format }: Row): string =>
    floor
      ? `<td>${valueMarkup(floor, format)}</td>`
      : `<td><span class="none">– ${safe(floorReason ?? '')}</span></td>`
  const body = rows.map((row) => {
    const better = row.better === undefined ? '' : `<small>${BETTER[row.better]}</small>`
    const head = `<th scope="row">${safe(row.label)}${row.note ? notes.mark(row.note) : ''}${better}</th>`
    const cells = row.values.map((found, group) => cell(found, row.format, row.best === group, notes))
    return `<tr>${head}${cells.join('')}${hasFloor ? floorCell(row) : ''}</tr>`
  })
  const floorHead = hasFloor ? '<th scope="col">Real images</th>' : ''
  const table = `<table class="compared">
<thead><tr><th scope="col">Number</th>${heads(labels, groupOf)}${floorHead}</tr></thead>
<tbody>
${body.join('\n')}
</tbody></table>`
  return `${scroll(name, table)}\n${notes.list()}`
}

/**
 * The same rows of every run on its own, to be unfolded; '' where every group has one run.
 *
 * @param id  prefix of the ids of its notes
 */
export function everyRun(rows: readonly Row[], groups: readonly Group[], id: string): string {
  if (groups.every(({ entries }) => entries.length === 1)) return ''
  const columns = groups.flatMap(({ entries }, group) =>
    entries.map((entry) => ({ group, label: `${nameOf(entry)}, seed ${entry.record.config.settings.seed}` })),
  )
  const labels = columns.map(({ label }) => label)
  // No run is the best: what tells models apart is the spread over their runs.
  const single = rows.map(({ best: _, floor: __, ...row }): Row => ({ ...row, values: row.runs.flat() }))
  const groupOf = (column: number): number => columns[column]!.group
  const table = numbersTable(single, labels, { name: 'The numbers of every run', id, groupOf })
  return `<details><summary>Every run on its own</summary>\n${table}\n</details>`
}

/** Texts: a row per name, a column per group; `–` where a group has none. */
export const textsTable = (
  rows: readonly { name: string; values: readonly (string | undefined)[] }[],
  labels: readonly string[],
  name: string,
): string => {
  const body = rows.map(
    ({ name: row, values }) =>
      `<tr><th scope="row">${safe(row)}</th>${values.map((value) => `<td>${safe(value ?? '–')}</td>`).join('')}</tr>`,
  )
  return scroll(
    name,
    `<table class="compared text">
<thead><tr><th scope="col">Setting</th>${heads(labels)}</tr></thead>
<tbody>
${body.join('\n')}
</tbody></table>`,
  )
}

/** A plain table; on narrow screens every row becomes a block with the column's name before each value. */
export const stackedTable = (columns: readonly string[], rows: readonly (readonly string[])[]): string => {
  const body = rows.map(
    ([first, ...rest]) =>
      `<tr><th scope="row">${safe(first!)}</th>${rest
        .map((text, index) => `<td data-label="${safe(columns[index + 1]!)}">${safe(text)}</td>`)
        .join('')}</tr>`,
  )
  return `<table class="stacked">
<thead><tr>${columns.map((column) => `<th scope="col">${safe(column)}</th>`).join('')}</tr></thead>
<tbody>
${body.join('\n')}
</tbody></table>`
}
