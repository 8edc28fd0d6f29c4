// A log of numbers as CSV, read and written in portions, whatever its length.
import { csvLine } from '../formats/csv.ts'
import { parseLines, readMetricsRow } from '../runs/index.ts'
import type { MetricsRow } from '../runs/schema.ts'
import { FILES } from '../util/limits.ts'
import { readPortions } from '../util/node/read-file.ts'
import { wholeWhereMeant } from '../util/whole.ts'

/** Bytes read at a time: a few milliseconds of parsing. */
const PORTION = 2 ** 18

const shown = (value: number | null | undefined): number | undefined =>
  typeof value === 'number' ? wholeWhereMeant(value) : undefined

/** Rows of a log, a portion at a time; none when there is no such file. A torn last line is left out. */
async function* portionsOf(path: string, file: string): AsyncGenerator<MetricsRow[]> {
  let rest = ''
  try {
    for await (const text of readPortions(path, FILES.log, PORTION)) {
      const whole = rest + text
      const end = whole.lastIndexOf('\n') + 1
      rest = whole.slice(end)
      yield parseLines(whole.slice(0, end), file, readMetricsRow)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

/**
 * Reads a log twice, first for the names of its columns and for damage, then for what it gives: a header and a line per
 * row, ended as RFC 4180 wants it.
 *
 * @param path   of the log, one JSON object of numbers per line
 * @param file   its name in messages
 * @param first  names of columns in the order wanted; others follow as they come
 * @throws DataError when a line cannot be read, before anything is given
 */
export async function logCsv(
  path: string,
  file: string,
  first: readonly string[],
): Promise<AsyncGenerator<string>> {
  const seen = new Set<string>()
  for await (const rows of portionsOf(path, file))
    for (const row of rows) for (const name in row) seen.add(name)
  seen.delete('step')
  const names = [...first.filter((name) => seen.delete(name)), ...seen]
  const columns = ['step', ...names]
  return (async function* () {
    yield csvLine(columns)
    for await (const rows of portionsOf(path, file))
      yield rows.map((row) => csvLine(columns.map((name) => shown(row[name])))).join('')
  })()
}
