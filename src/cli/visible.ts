// What may reach a terminal: text with its control characters made visible, and the colours that this program sets itself.
//
// Names, messages and settings of a run may be anybody's. A terminal obeys escape sequences wherever they stand: they can
// hide lines, name the window, or write what nobody said. So everything that is printed goes through `printable`; colours of
// our own are marked with a number that is drawn when the program starts, which no file can hold.

/** Nobody knows it before the process lives. */
const MARK = String(Math.floor(1e9 + Math.random() * 9e9))

/** Switches a colour or weight on or off; only `printable` turns it into what a terminal understands. */
export const ownStyle = (code: number): string => `\x1b[${code};${MARK}m`

/**
 * C0 but tab and line feed, DEL, C1; line and paragraph separators; marks that turn the direction of text, with which
 * `exe.gnp` can be made to look like `png.exe`.
 */
const HARMFUL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

const OWN = new RegExp(`\\x1b\\[(\\d+);${MARK}m`)

/** `\\x1b` or `\\u202e`, as it is written in source text. */
const written = (character: string): string => {
  const code = character.charCodeAt(0)
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`
}

/** Text with control characters written out; line feeds and tabs stay. */
export const visible = (text: string): string => text.replace(HARMFUL, written)

/** The same on one line: for names and messages inside a text of several lines. */
export const oneLine = (text: string): string => visible(text).replaceAll('\n', '\\n')

/** Text as it is written to a terminal: visible, in our own colours. */
export const printable = (text: string): string =>
  text
    .split(OWN)
    // Every other piece is the code of a colour.
    .map((piece, at) => (at % 2 === 0 ? visible(piece) : `\x1b[${piece}m`))
    .join('')

/** A line as it is written to a terminal: what would break it is visible too. */
export const printableLine = (text: string): string => printable(text).replaceAll('\n', '\\n')

/** JSON, which may hold what a terminal obeys: the same values in other letters. */
export const printableJson = (json: string): string =>
  json.replace(HARMFUL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
