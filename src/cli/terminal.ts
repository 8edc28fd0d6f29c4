// Lines that stay and, on a terminal, one line below them that is redrawn.

import { printableLine } from './visible.ts'

/** Where progress goes; what is printed is made visible, see visible.ts. */
export interface Terminal {
  /** True when there is a line to redraw; otherwise `status` does nothing. */
  readonly live: boolean
  /** Prints a line that stays, above the redrawn one; a line feed in it is written out. */
  print(line: string): void
  /** Draws the line anew; the function is given the columns. */
  status(render: (columns: number) => string): void
  /** Removes the redrawn line and shows the cursor again. */
  close(): void
}

/** The part of a stream that is used. */
export interface Screen {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** Lines only: for pipes and files. */
export const plainTerminal = (stream: Screen): Terminal => ({
  live: false,
  print: (line) => void stream.write(`${printableLine(line)}\n`),
  status: () => {},
  close: () => {},
})

/** Nothing at all. */
export const silentTerminal: Terminal = { live: false, print: () => {}, status: () => {}, close: () => {} }

const HIDE_CURSOR = '\x1b[?25l'
const SHOW_CURSOR = '\x1b[?25h'
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
const COLOUR = /\x1b\[\d+m/g

/** For a terminal. The cursor is hidden while the line is there. */
export function liveTerminal(stream: Screen): Terminal {
  let drawn: string | undefined
  let render: ((columns: number) => string) | undefined
  const columns = (): number => stream.columns || 80
  /** Back to the start of the line, which a terminal made narrower may have wrapped into several. */
  const erase = (): string => {
    if (drawn === undefined) return ''
    const rows = Math.ceil(drawn.replace(COLOUR, '').length / columns())
    return `${rows > 1 ? `\x1b[${rows - 1}A` : ''}\r\x1b[J`
  }
  const draw = (): string => {
    if (!render) return ''
    const hide = drawn === undefined ? HIDE_CURSOR : ''
    drawn = printableLine(render(columns()))
    return hide + drawn
  }
  return {
    live: true,
    print(line) {
      stream.write(`${erase()}${printableLine(line)}\n${draw()}`)
    },
    status(next) {
      const cleared = erase()
      render = next
      stream.write(cleared + draw())
    },
    close() {
      if (drawn !== undefined) stream.write(erase() + SHOW_CURSOR)
      drawn = undefined
      render = undefined
    },
  }
}
