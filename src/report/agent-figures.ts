// Figures of an agent at play: what it was paid and what it makes of every action at a step; the game at steps that were chosen.
import { LIGHT } from './chart-parts.ts'
import { letters, numberWidth, pixelImage, svgDocument } from './svg-parts.ts'

/** A step as figures have it. */
export interface FigureMoment {
  readonly step: number
  /** PNG file of what was seen, and its size. */
  readonly png: Uint8Array
  readonly width: number
  readonly height: number
  readonly values: readonly number[]
  /** How probable each return is, by action. */
  readonly probabilities?: readonly (readonly number[])[] | undefined
  /** Place of the action that was chosen. */
  readonly action: number
  /** Of all rewards up to and with the steps of a window that ends here. */
  readonly totals: readonly number[]
}

export interface ThoughtOptions {
  readonly actions: readonly string[]
  readonly returns?: readonly number[] | undefined
}

/** Bars, the chosen action's, and the mean's sign. */
const [BAR, CHOSEN, MEAN] = ['#648fff', '#b35400', '#1b1f27']
const tenth = (value: number): number => Math.round(10 * value) / 10
const short = (value: number): string => String(Number(value.toPrecision(3))).replace('-', '−')

export interface Axis {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** Lettering of the numbers along a frame, and how far from it they end. */
const [NUMBERS, APART] = [13, 6] as const

/** A frame with few numbers along both sides. */
function frame(
  { left, top, width, height }: Axis,
  x: { readonly label: string; readonly ends: readonly [string, string] },
  y: { readonly label: string; readonly ends: readonly [string, string] },
): string {
  const muted = { size: NUMBERS, color: LIGHT.muted }
  const bottom = top + height
  return [
    `<path d="M${left} ${top}V${bottom}H${left + width}" fill="none" stroke="${LIGHT.muted}"/>`,
    letters(x.ends[0], left, bottom + 17, muted),
    letters(x.ends[1], left + width, bottom + 17, { ...muted, anchor: 'end' }),
    letters(x.label, left + width / 2, bottom + 17, { ...muted, anchor: 'middle' }),
    letters(y.ends[1], left - APART, top + 10, { ...muted, anchor: 'end' }),
    letters(y.ends[0], left - APART, bottom, { ...muted, anchor: 'end' }),
    letters(y.label, left - 10, top + height / 2, { ...muted, anchor: 'middle', turn: -90 }),
  ].join('\n')
}

/** What was paid so far, up to the step. */
function rewardCurve({ totals, step }: FigureMoment, box: Axis): string {
  const { left, top, width, height } = box
  const [low, high] = [Math.min(...totals), Math.max(...totals)]
  const points = totals.map((total, i) => {
    const x = left + (width * i) / Math.max(1, totals.length - 1)
    return `${tenth(x)} ${tenth(top + height - (height * (total - low)) / Math.max(1e-9, high - low))}`
  })
  return [
    letters('Accumulated reward', left, top - 12, { size: 15, bold: true }),
    `<path d="M${points.join('L')}" fill="none" stroke="${CHOSEN}" stroke-width="2.5"/>`,
    frame(
      box,
      { label: 'step', ends: [short(step + 1 - totals.length), short(step)] },
      { label: '', ends: [short(low), short(high)] },
    ),
  ].join('\n')
}

/** Pixels to the left of a panel: its highest number, and the sign around the panel that was chosen. */
const besideOf = (most: number): number =>
  Math.max(56, Math.ceil(numberWidth(short(most), NUMBERS)) + APART + 13)

/** An action's return: its distribution over returns with its mean, or its mean alone. */
function panelOf(
  { values, probabilities, action: chosen }: FigureMoment,
  action: number,
  { actions, returns }: ThoughtOptions,
  box: Axis,
  most: number,
): string {
  const { left, top, width, height } = box
  const isChosen = action === chosen
  const aside = besideOf(most) - 6
  const value = values[action]!
  const color = isChosen ? CHOSEN : BAR
  const low = returns ? returns[0]! : Math.min(0, ...values)
  const high = returns ? returns.at(-1)! : Math.max(low + 1e-6, ...values)
  const place = (at: number): number => left + (width * (at - low)) / (high - low)
  const bars = (probabilities?.[action] ?? []).map((p, i, all) => {
    const wide = width / all.length
    const tall = (height * p) / most
    return `<rect x="${tenth(left + i * wide)}" y="${tenth(top + height - tall)}" width="${tenth(Math.max(0.6, wide - 0.4))}" height="${tenth(tall)}"/>`
  })
  const alone = `<rect x="${tenth(place(Math.min(0, value)))}" y="${top + height / 3}" width="${tenth(Math.abs(place(value) - place(0)))}" height="${height / 3}"/>`
  const at = tenth(place(value))
  return [
    isChosen
      ? `<rect x="${left - aside}" y="${top - 28}" width="${width + aside + 8}" height="${height + 52}" fill="#fff4e0" stroke="${CHOSEN}" stroke-width="2"/>`
      : '',
    letters(isChosen ? `${actions[action]} (chosen)` : actions[action]!, left, top - 10, {
      size: 15,
      bold: true,
      color: isChosen ? CHOSEN : LIGHT.ink,
    }),
    letters(`mean ${short(value)}`, left + width, top - 10, { size: 13, anchor: 'end', color: LIGHT.muted }),
    `<g fill="${color}">${bars.length > 0 ? bars.join('') : alone}</g>`,
    `<path d="M${at} ${top}v${height}" stroke="${MEAN}" stroke-width="2" stroke-dasharray="4 3"/>`,
    frame(
      box,
      { label: returns ? 'return' : 'value', ends: [short(low), short(high)] },
      { label: '', ends: returns ? ['0', short(most)] : ['', ''] },
    ),
  ].join('\n')
}

/** Pixels of a panel of an action, with the room around it but for its left; of the picture of the game. */
const [WIDE, TALL, ROOM] = [230, 120, { top: 40, right: 16, bottom: 34 }] as const
const GAME = 300
const COLUMNS = 3

/**
 * What an agent was paid up to a step beside what it makes of every action there: picture and distributions are of one moment, before
 * the action.
 */
export function thoughtsFigure(moment: FigureMoment, options: ThoughtOptions): string {
  const { actions, returns } = options
  const columns = Math.min(COLUMNS, actions.length)
  const most = Math.max(1e-9, ...(moment.probabilities ?? []).flat())
  const beside = besideOf(most)
  const cell = { width: beside + WIDE + ROOM.right, height: ROOM.top + TALL + ROOM.bottom }
  const width = Math.max(columns * cell.width, GAME + 90 + 420)
  const tall = (GAME * moment.height) / moment.width
  const below = 50 + tall + 50
  const parts = [
    letters(`Step ${moment.step}: ${actions[moment.action]}`, 16, 32, { size: 20, bold: true }),
    pixelImage(moment.png, 16, 50, GAME, tall),
    rewardCurve(moment, { left: GAME + 90, top: 78, width: width - GAME - 120, height: tall - 60 }),
    letters(
      returns
        ? 'Return distribution of every action, seen from this picture'
        : 'Value of every action, seen from this picture',
      16,
      below - 8,
      { size: 16, bold: true },
    ),
    ...actions.map((_, action) =>
      panelOf(
        moment,
        action,
        options,
        {
          left: (action % columns) * cell.width + beside,
          top: below + Math.floor(action / columns) * cell.height + ROOM.top,
          width: WIDE,
          height: TALL,
        },
        most,
      ),
    ),
  ]
  const height = below + Math.ceil(actions.length / columns) * cell.height + 12
  const title = `What the agent was paid, and what it makes of every action, at step ${moment.step}`
  return svgDocument(width, height, title, parts.join('\n'))
}

/** The game at steps that were chosen, side by side, each with the action that was taken there. */
export function framesFigure(moments: readonly FigureMoment[], { actions }: ThoughtOptions): string {
  const [first] = moments
  const tall = first ? (GAME * first.height) / first.width : 0
  const parts = moments.flatMap((moment, i) => {
    const left = 16 + i * (GAME + 24)
    return [
      letters(`Step ${moment.step}: ${actions[moment.action]}`, left, 30, { size: 18, bold: true }),
      pixelImage(moment.png, left, 44, GAME, tall),
    ]
  })
  const title = `The game at the steps ${moments.map(({ step }) => step).join(' and ')}`
  return svgDocument(16 + moments.length * (GAME + 24) - 8, 44 + tall + 16, title, parts.join('\n'))
}
