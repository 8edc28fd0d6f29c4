// Rows as CSV, as RFC 4180 has it.

/**
 * One cell. Text that a spreadsheet would take for a formula begins with an apostrophe; numbers keep all their digits, and
 * one that is not finite is an empty cell.
 */
export function csvCell(value: string | number | undefined): string {
  if (typeof value !== 'string') return value !== undefined && Number.isFinite(value) ? String(value) : ''
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A record with its line end. */
export const csvLine = (cells: readonly (string | number | undefined)[]): string =>
  `${cells.map(csvCell).join(',')}\r\n`
