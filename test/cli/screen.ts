// A screen in memory: what a terminal of a given width would show.

/** Understands what the command line writes: line feeds, carriage returns, cursor up, clear to the end, colours. */
export function screen(columns = 80) {
  const rows: string[] = ['']
  let row = 0
  let column = 0
  let cursorShown = true
  let written = ''
  const put = (character: string): void => {
    if (column === columns) {
      row++
      column = 0
    }
    rows[row] ??= ''
    rows[row] = rows[row]!.slice(0, column).padEnd(column) + character + rows[row]!.slice(column + 1)
    column++
  }
  const control = (parameter: string, code: string): void => {
    if (code === 'A') row = Math.max(0, row - Number(parameter || 1))
    else if (code === 'J') {
      rows[row] = (rows[row] ?? '').slice(0, column)
      rows.length = row + 1
    } else if (parameter === '?25') cursorShown = code === 'h'
    else if (code !== 'm') throw new Error(`unknown control sequence ${parameter}${code}`)
  }
  return {
    isTTY: true,
    columns,
    write(text: string) {
      written += text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: this reads control characters
      for (const [whole, parameter, code] of text.matchAll(/\x1b\[([?\d]*)([A-Za-z])|./gs)) {
        if (code !== undefined) control(parameter!, code)
        else if (whole === '\n') {
          row++
          column = 0
          rows[row] ??= ''
        } else if (whole === '\r') column = 0
        else put(whole)
      }
      return true
    },
    /** The lines that are to be seen, without empty ones at the end. */
    lines: () => rows.join('\n').trimEnd().split('\n'),
    cursorShown: () => cursorShown,
    written: () => written,
  }
}
