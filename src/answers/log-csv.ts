// A log as CSV, read and written in portions, whatever its length.
import { csvLine } from '../formats/csv.ts'
import { type Log, logInfo, parseLines, type RunHead } from '../runs/index.ts'
import { FILES } from '../util/limits.ts'
import { readPortions } from '../util/node/read-file.ts'
import { wholeWhereMeant } from '../util/whole.ts'

/** Bytes read at a time: a few milliseconds of parsing. */
const PORTION = 2 ** 18

type Row = Readonly<Record<string, unknown>>

/** A value as a cell: numbers and texts as they are, lists and the like as JSON. */
function shown(value: unknown): number | string | undefined {
  if (typeof value === 'number') return wholeWhereMeant(value)
  if (value === undefined || value === null) return undefined
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Rows of a log, a portion at a time; none when there is no such file. A torn last line is left out. */
async function* portionsOf(path: string, { file, read }: Log): AsyncGenerator<Row[]> {
  let rest = ''
  try {
    for await (const text of readPortions(path, FILES.log, PORTION)) {
      const whole = rest + text
      const end = whole.lastIndexOf('\n') + 1
      rest = whole.slice(end)
      yield parseLines(whole.slice(0, end), file, read) as Row[]
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

/**
 * Reads a log twice, first for the names of its columns and for damage, then for what it gives: a header and a line per
 * row, ended as RFC 4180 wants it.
 *
 * @param path    of the log's file
 * @param log     its columns come first, in their order; others follow as they come
 * @param config  of the run
 * @throws DataError when a line cannot be read, before anything is given
 */
export async function logCsv(path: string, log: Log, config: RunHead): Promise<AsyncGenerator<string>> {
  const first = logInfo(log, config).columns.map(({ name }) => name)
  const seen = new Set<string>()
  for await (const rows of portionsOf(path, log))
    for (const row of rows) for (const name in row) seen.add(name)
  seen.delete('step')
  const names = [...first.filter((name) => seen.delete(name)), ...seen]
  const columns = ['step', ...names]
  return (async function* () {
    yield csvLine(columns)
    for await (const rows of portionsOf(path, log))
      yield rows.map((row) => csvLine(columns.map((name) => shown(row[name])))).join('')
  })()
}
