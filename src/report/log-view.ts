// The view of a log that nobody has drawn one for: charts of its numbers, a table of what else it holds. The same in report and studio.
import type { EChartsOption } from 'echarts'
import type { LogColumnInfo, LogInfo, MetricsRow } from '../runs/index.ts'
import { curveOf } from '../statistics/curve.ts'
import { formatMetric } from '../statistics/summary.ts'
import { formatCount } from '../util/format.ts'
import { spelled } from '../util/spelled.ts'
import { barePlotArea, type ChartOptions } from './chart-parts.ts'
import { type OverlaidGroup, overlayChart } from './compare/overlay.ts'

type Row = Readonly<Record<string, unknown>>

/** Numbers of one unit and format, a line each. */
export interface LogChart {
  /** What it shows, for those who cannot see it. */
  readonly label: string
  readonly option: (options: ChartOptions) => EChartsOption
}

/** A part of a log, row by row. */
export interface LogRowsTable {
  readonly head: readonly { readonly label: string; readonly isNumber: boolean }[]
  /** The newest rows, newest last, as people read them. */
  readonly rows: readonly (readonly string[])[]
  /** Rows of the whole log. */
  readonly count: number
}

export interface LogView {
  readonly charts: readonly LogChart[]
  /** Absent where the charts say all. */
  readonly table?: LogRowsTable
}

/** Fewer points make no line: they are told in a table. */
const LEAST_POINTS = 2
/** Rows of a table: more are for other programs, which take the file. */
const MOST_ROWS = 100

/** The columns that the log is known to have, and those that only its rows tell. */
function columnsOf({ columns }: LogInfo, rows: readonly Row[]): LogColumnInfo[] {
  const known = new Set(['step', ...columns.map(({ name }) => name)])
  const found = new Set([rows[0], rows.at(-1)].flatMap((row) => Object.keys(row ?? {})))
  const others = [...found].filter((name) => !known.has(name))
  return [
    ...columns.filter(({ name }) => found.has(name)),
    ...others.map((name) => ({
      name,
      label: spelled(name),
      isNumber: [rows[0], rows.at(-1)].every((row) => typeof (row?.[name] ?? 0) === 'number'),
    })),
  ]
}

const titleOf = ({ label, unit }: LogColumnInfo): string =>
  unit === undefined ? label : `${label} (${unit})`

/** Columns that share an axis. */
function sharing(columns: readonly LogColumnInfo[]): LogColumnInfo[][] {
  const groups = new Map<string, LogColumnInfo[]>()
  for (const column of columns) {
    const key = `${column.format ?? 'number'} ${column.unit ?? ''}`
    groups.set(key, [...(groups.get(key) ?? []), column])
  }
  return [...groups.values()]
}

function chartOf(info: LogInfo, columns: readonly LogColumnInfo[], rows: readonly MetricsRow[]): LogChart[] {
  const drawn = columns
    .map((column) => ({ column, curve: curveOf(rows, column.name) }))
    .filter(({ curve }) => curve.length >= LEAST_POINTS)
  const [first, ...others] = drawn.map(({ column }) => column)
  if (!first) return []
  const lines = drawn.map(({ column, curve }): OverlaidGroup => ({ label: column.label, curves: [curve] }))
  const { name, format, unit } = first
  const isAlone = others.length === 0
  const axis = { name, label: isAlone ? titleOf(first) : (unit ?? info.title), ...(format ? { format } : {}) }
  return [
    {
      label: `${lines.map(({ label }) => label).join(', ')} over ${formatCount(rows.length)} lines of ${info.file}`,
      option(options) {
        const option = overlayChart(lines, axis, options)
        // A line alone is explained by its axis.
        return isAlone
          ? { ...option, legend: { show: false }, grid: barePlotArea(options.compact ?? false) }
          : option
      },
    },
  ]
}

/** A value as people read it. */
function shown(value: unknown, { format }: LogColumnInfo): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'number')
    return Number.isInteger(value) && format !== 'percent'
      ? formatCount(value)
      : formatMetric({ name: '', label: '', axis: 'left', ...(format ? { format } : {}) }, value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/**
 * How a log is shown.
 *
 * @param rows  of the log, oldest first
 */
export function logView(info: LogInfo, rows: readonly object[]): LogView {
  const all = rows as readonly Row[]
  const columns = columnsOf(info, all)
  const hasSteps = typeof all[0]?.step === 'number'
  const numbers = hasSteps ? columns.filter(({ isNumber }) => isNumber) : []
  const charts = sharing(numbers).flatMap((group) => chartOf(info, group, rows as readonly MetricsRow[]))
  const isTold = charts.length > 0 && columns.every(({ isNumber }) => isNumber)
  if (isTold || all.length === 0) return { charts }
  const step: LogColumnInfo = { name: 'step', label: 'Step', isNumber: true }
  const head = [...(hasSteps ? [step] : []), ...columns]
  return {
    charts,
    table: {
      head: head.map((column) => ({ label: titleOf(column), isNumber: column.isNumber })),
      rows: all.slice(-MOST_ROWS).map((row) => head.map((column) => shown(row[column.name], column))),
      count: all.length,
    },
  }
}
