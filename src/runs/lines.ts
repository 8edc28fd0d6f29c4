// The logs of a run as text: one JSON object per line, oldest first, torn only at the end.
import type { z } from 'zod'
import { DataError } from '../util/errors.ts'
import { MOST_ROWS } from '../util/limits.ts'
import { describeIssues, type MetricsRow } from './schema.ts'

/** Rows as lines, each ended by a line feed. Numbers that are not finite become `null`. */
export const formatLines = (rows: readonly object[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('')

/** Checks one parsed line; throws a plain Error that says what is wrong with it. */
export type RowReader<Row> = (value: unknown) => Row

/** A metrics row; `null` is a number that was not finite. */
export function readMetricsRow(value: unknown): MetricsRow {
  if (typeof value !== 'object' || value === null) throw new Error('expected an object')
  const row = value as Record<string, unknown>
  if (!Number.isSafeInteger(row.step) || (row.step as number) < 0)
    throw new Error('"step" must be a whole number')
  for (const name in row) {
    if (row[name] === null) row[name] = Number.NaN
    else if (typeof row[name] !== 'number') throw new Error(`"${name}" must be a number`)
  }
  return row as MetricsRow
}

/** A row reader from a zod schema. */
export const rowReader =
  <Row>(schema: z.ZodType<Row>): RowReader<Row> =>
  (value) => {
    const result = schema.safeParse(value)
    if (!result.success) throw new Error(describeIssues(result.error))
    return result.data
  }

/** Counts the lines before there is room for them; a text of few characters cannot have many. */
function checkRows(text: string, file: string): void {
  if (text.length <= MOST_ROWS) return
  let rows = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) rows++
  if (rows > MOST_ROWS)
    throw new DataError(`${file}: expected at most ${MOST_ROWS} lines, got ${rows}; it is no log of a run`)
}

/** The lines that were written to their end; what follows the last line feed was torn by an interruption. */
function completeLines(text: string, file: string): string[] {
  checkRows(text, file)
  const lines = text.split('\n')
  lines.pop()
  return lines
}

function parseLine<Row>(line: string, index: number, file: string, read: RowReader<Row>): Row {
  try {
    return read(JSON.parse(line))
  } catch (error) {
    const shown = line.length > 60 ? `${line.slice(0, 60)}...` : line
    throw new DataError(
      `${file} line ${index + 1}: expected a JSON object of this log, got ${JSON.stringify(shown)} ` +
        `(${(error as Error).message}); correct or delete that line`,
    )
  }
}

/**
 * The rows of a log. A torn last line is left out: its step will be done again.
 *
 * @param file  name used in messages
 * @throws DataError naming file and line when a line cannot be read
 */
export const parseLines = <Row>(text: string, file: string, read: RowReader<Row>): Row[] =>
  completeLines(text, file).map((line, index) => parseLine(line, index, file, read))

const stepOf = (line: string): number | undefined => {
  try {
    return readMetricsRow({ step: (JSON.parse(line) as { step?: unknown }).step }).step
  } catch {
    return undefined
  }
}

/**
 * The text of a log without the lines beyond a step, byte for byte as they were. Unreadable lines after the
 * step (a power cut leaves such tails) go with them.
 *
 * @throws DataError when an unreadable line lies among those to be kept
 */
export function keepUntil(text: string, step: number, file: string): string {
  const lines = completeLines(text, file)
  const steps = lines.map(stepOf)
  const kept = lines.filter((_, index) => steps[index] !== undefined && steps[index]! <= step)
  const last = steps.findLastIndex((found) => found !== undefined && found <= step)
  const unreadable = steps.findIndex((found, index) => found === undefined && index < last)
  if (unreadable >= 0) parseLine(lines[unreadable]!, unreadable, file, readMetricsRow)
  return kept.map((line) => `${line}\n`).join('')
}
