// Lettering drawn with lines, for pictures made on machines that have no fonts.
import { unescapeMarkup } from './escape.ts'

/**
 * The printable ASCII characters and a few more: character, width, strokes. A stroke is a chain of points, two
 * digits each: x from the left, y upwards with descenders at 0, baseline 2, small letters to 7, capitals to 9.
 */
const GLYPHS = `
  ! 0 0904 0202  " 2 0907 2927  # 4 1219 3239 0444 0747  $ 4 483919080716364543321203 2921
  % 4 0249 0908181909 4243333242  & 4 4207081928270403122244  ' 0 0907  ( 1 19060512  ) 1 09161502
  * 4 2824 0745 4705  + 4 2327 0545  , 0 0301  - 3 0535  . 0 0202  / 3 0139
  0 4 123243483919080312  1 2 072922  2 4 08193948460242  3 4 0819394847364543321203 1636
  4 4 32390444  5 4 490906364543321203  6 4 483919080312324345361605  7 4 094912
  8 4 16070819394847361605031232434536  9 4 031232434839190806153546  : 0 0202 0606  ; 0 0301 0606
  < 4 470543  = 4 0444 0646  > 4 074503  ? 4 08193948472524 2222  @ 5 5342120308194958554424274744
  A 4 022942 1434  B 4 02093948473606 3645433202  C 4 4839190803123243  D 4 02092947442202
  E 4 49090242 0636  F 4 490902 0636  G 4 48391908031232434525  H 4 0209 4249 0646  I 2 1219 0222 0929
  J 3 3933221203  K 4 0209 4905 1642  L 4 090242  M 6 0209356962  N 4 02094249
  O 5 124253584919080312  P 4 02093948463505  Q 5 124253584919080312 3452  R 4 02093948463505 2542
  S 4 483919080716364543321203  T 4 0949 2922  U 4 090312324349  V 4 092249  W 6 0912375269
  X 4 0249 0942  Y 4 092649 2622  Z 4 09490242  [ 1 19090212  \\ 3 0931  ] 1 09191202
  ^ 4 072947  _ 4 0141  \x60 1 0918
  a 4 4637170603123243 4742  b 4 0902 0312324346371706  c 4 4637170603123243  d 4 4942 4637170603123243
  e 4 05454637170603123243  f 3 39291812 0727  g 4 4637170603123243 4741301001  h 4 0902 0617374642
  i 0 0702 0909  j 1 171100 1919  k 4 0902 4704 1542  l 1 090312  m 6 0207 0617273632 3647576662
  n 4 0207 0617374642  o 4 123243463717060312  p 4 0700 0617374643321203  q 4 4740 4637170603123243
  r 3 0207 061737  s 4 46371706153443321203  t 3 19132232 0737  u 4 0703123243 4742  v 4 072247
  w 6 0712365267  x 4 0247 0742  y 4 0722 4710  z 4 07470242
  { 2 29181605141322  | 0 0900  } 2 09181625141302  ~ 4 05163445  ± 4 2428 0646 0242
  – 4 0545  … 6 0202 3232 6262  · 0 0505  × 4 0346 0643  ∞ 6 35261605142435465665544435
`

interface Glyph {
  width: number
  strokes: string[]
}

const TABLE = new Map<string, Glyph>(
  GLYPHS.trim()
    .split(/\s{2,}/)
    .map((entry) => {
      const [character, width, ...strokes] = entry.split(' ')
      return [character!, { width: Number(width), strokes }]
    }),
)
TABLE.set(' ', { width: 2, strokes: [] })

/** A character we cannot draw. */
const BOX: Glyph = { width: 4, strokes: ['0209494202'] }

/** The characters that can be drawn. */
export const strokeCharacters = [...TABLE.keys()].join('')

// In units of the grid: capitals are 7 high and take .72 of the font size, as in common sans-serif fonts.
const SPACING = 1.7
const UNIT = 0.72 / 7
const NARROW = 0.95
const BASELINE = 2

const numberOf = (attributes: string, name: string): number | undefined => {
  const match = new RegExp(`(?:^|[\\s;"'])${name}\\s*[=:]\\s*["']?(-?[\\d.]+)`).exec(attributes)
  return match ? Number(match[1]) : undefined
}
const wordOf = (attributes: string, name: string): string | undefined =>
  new RegExp(`(?:^|[\\s;"'])${name}\\s*[=:]\\s*["']?([^"';]+)`).exec(attributes)?.[1]?.trim()

const round = (value: number): number => Math.round(value * 100) / 100

/** One `<text>` element, given by its attributes and plain contents, as a path. */
function drawText(attributes: string, text: string): string {
  const size = numberOf(attributes, 'font-size') ?? 16
  const unit = size * UNIT
  const glyphs = Array.from(text, (character) => TABLE.get(character) ?? BOX)
  const length = glyphs.reduce((sum, { width }) => sum + (width + SPACING) * NARROW, 0) - SPACING * NARROW
  const anchor = wordOf(attributes, 'text-anchor') ?? 'start'
  const share = anchor === 'middle' ? 0.5 : anchor === 'end' ? 1 : 0
  // "central" puts the middle of the capitals on y; without it y is the baseline.
  const drop = wordOf(attributes, 'dominant-baseline') === 'central' ? 3.5 * unit : 0
  let left = (numberOf(attributes, 'x') ?? 0) - share * length * unit
  const baseline = (numberOf(attributes, 'y') ?? 0) + drop
  const path: string[] = []
  for (const { width, strokes } of glyphs) {
    for (const stroke of strokes) {
      const points = stroke.match(/../g)!.map((point) => {
        const x = left + Number(point[0]) * unit * NARROW
        const y = baseline - (Number(point[1]) - BASELINE) * unit
        return `${round(x)} ${round(y)}`
      })
      path.push(`M${points.join('L')}`)
    }
    left += (width + SPACING) * unit * NARROW
  }
  const transform = /(?:^|\s)transform="[^"]*"/.exec(attributes)?.[0] ?? ''
  const fill = wordOf(attributes, 'fill') ?? '#000000'
  const weight = /font-weight\s*[=:]\s*"?bold/.test(attributes) ? 0.13 : 0.085
  return (
    `<path ${transform.trim()} d="${path.join('')}" fill="none" stroke="${fill}" ` +
    `stroke-width="${round(size * weight)}" stroke-linecap="round" stroke-linejoin="round"/>`
  )
}

/**
 * The same SVG with every `<text>` drawn as lines. Meant for the pictures of this library: text without
 * children, positioned by x, y, transform, text-anchor and dominant-baseline.
 */
export const strokeText = (svg: string): string =>
  svg.replace(/<text\b([^>]*)>([^<]*)<\/text>/g, (_, attributes: string, text: string) =>
    drawText(attributes, unescapeMarkup(text)),
  )
