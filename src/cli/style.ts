// Colours and characters of the terminal, or plain text where they are not wanted.

import { inspect } from 'node:util'
import { ownStyle } from './visible.ts'

export interface Style {
  /** Colours for the bar and what is good, what needs attention, what failed, and what stands back. */
  readonly accent: (text: string) => string
  readonly good: (text: string) => string
  readonly warn: (text: string) => string
  readonly bad: (text: string) => string
  readonly bold: (text: string) => string
  readonly faint: (text: string) => string
  /** The two characters of a bar. */
  readonly full: string
  readonly empty: string
}

const same = (text: string): string => text
/** By the codes of `styleText`. It cannot be called itself: only codes that are marked as ours are printed. */
function wrap(name: string): (text: string) => string {
  const [on, off] = inspect.colors[name]!
  return (text) => (text === '' ? '' : ownStyle(on) + text + ownStyle(off))
}

/** No colours at all. */
export const plainStyle: Style = {
  accent: same,
  good: same,
  warn: same,
  bad: same,
  bold: same,
  faint: same,
  full: '█',
  empty: '░',
}

const colours: Style = {
  ...plainStyle,
  accent: wrap('cyan'),
  good: wrap('green'),
  warn: wrap('yellow'),
  bad: wrap('red'),
  bold: wrap('bold'),
  faint: wrap('dim'),
}

type Environment = Readonly<Record<string, string | undefined>>

/** Whether the environment names a character set other than UTF-8. */
const isNarrow = ({ LC_ALL, LC_CTYPE, LANG }: Environment): boolean => {
  const locale = LC_ALL || LC_CTYPE || LANG
  return locale !== undefined && locale !== '' && !/utf-?8/i.test(locale)
}

/** The style for a stream: colours on a terminal unless NO_COLOR is set, plain ASCII bars where UTF-8 is not used. */
export function styleOf(stream: { readonly isTTY?: boolean }, environment: Environment): Style {
  const coloured = stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb'
  const base = coloured ? colours : plainStyle
  return isNarrow(environment) ? { ...base, full: '#', empty: '.' } : base
}
