// A moment of an agent's play as a frame of a film: the game, what it was paid so far, and what it makes of every action.
import { type Color, emptyPicture, fillRect, type GamePicture } from '../environments/index.ts'
import { blit, drawLine, type Lettering, widthOf, writeText } from './paint.ts'

/** What an agent saw, thought and did at a step. */
export interface AgentMoment {
  readonly step: number
  readonly episode: number
  readonly game: GamePicture
  /** Of all actions, in their order. */
  readonly values: readonly number[]
  /** How probable each return is, by action. */
  readonly probabilities?: readonly (readonly number[])[] | undefined
  /** Place of the action that was chosen. */
  readonly action: number
  readonly reward: number
  /** Of all rewards up to and with each step of a window that ends here. */
  readonly totals: readonly number[]
}

export interface AgentCanvasOptions {
  readonly actions: readonly string[]
  /** Returns whose probabilities are given. */
  readonly returns?: readonly number[] | undefined
  /** Least and greatest value of all moments, for agents that know no probabilities. */
  readonly range: readonly [low: number, high: number]
  readonly lettering: Lettering
}

/** Steps of the curve of rewards, as the book's visualiser has them. */
export const WINDOW = 500

const INK: Color = [232, 234, 238]
const MUTED: Color = [150, 158, 172]
const LINE: Color = [60, 66, 78]
const GROUND: Color = [28, 31, 38]
const PAGE: Color = [18, 20, 26]
const BAR: Color = [100, 143, 255]
const CHOSEN: Color = [255, 176, 0]

/** Pixels: around and between parts, of a line of text. */
const [GAP, TEXT] = [10, 18]
const [CHART, PANEL] = [220, 92]
const MOST_COLUMNS = 3

const short = (value: number): string =>
  Math.abs(value) >= 100
    ? String(Math.round(value))
    : String(Number(value.toFixed(Math.abs(value) < 10 ? 2 : 1)))

/** Draws frames of one size; what they show is of the same moment. */
export function agentCanvas({ actions, returns, range, lettering }: AgentCanvasOptions) {
  const write = (onto: GamePicture, text: string, x: number, y: number, color: Color = INK): void =>
    writeText(onto, text, { x, y }, color, lettering)
  const columns = Math.min(MOST_COLUMNS, actions.length)
  const rows = Math.ceil(actions.length / columns)
  const low = returns ? returns[0]! : Math.min(0, range[0])
  const high = returns ? returns.at(-1)! : Math.max(range[1], low + 1e-6)

  function rewards(
    picture: GamePicture,
    totals: readonly number[],
    x: number,
    y: number,
    height: number,
  ): void {
    write(picture, 'accumulated reward', x, y, MUTED)
    const box = { x, y: y + TEXT, w: CHART, h: height - TEXT }
    fillRect(picture, box, GROUND)
    const [least, most] = [Math.min(...totals), Math.max(...totals)]
    const span = Math.max(1, most - least)
    const points = totals.map((total, i): [number, number] => [
      box.x + 4 + ((box.w - 8) * (WINDOW - totals.length + i)) / (WINDOW - 1),
      box.y + box.h - 6 - ((box.h - 24) * (total - least)) / span,
    ])
    drawLine(picture, points, CHOSEN)
    const now = short(totals.at(-1) ?? 0)
    write(picture, now, box.x + box.w - widthOf(now, lettering) - 6, box.y + 2)
  }

  function panel(
    picture: GamePicture,
    moment: AgentMoment,
    action: number,
    box: { x: number; y: number; w: number; h: number },
  ): void {
    const isChosen = action === moment.action
    const color = isChosen ? CHOSEN : BAR
    const value = moment.values[action]!
    write(picture, actions[action]!, box.x, box.y, isChosen ? CHOSEN : INK)
    const mean = short(value)
    write(picture, mean, box.x + box.w - widthOf(mean, lettering), box.y, isChosen ? CHOSEN : MUTED)
    const [top, bottom] = [box.y + TEXT, box.y + box.h - TEXT]
    fillRect(picture, { x: box.x, y: top, w: box.w, h: bottom - top }, GROUND)
    const place = (at: number): number => box.x + ((box.w - 2) * (at - low)) / (high - low)
    const distribution = moment.probabilities?.[action]
    if (distribution) {
      const most = Math.max(...moment.probabilities!.flat(), 1e-6)
      const width = box.w / distribution.length
      for (const [i, p] of distribution.entries()) {
        const tall = ((bottom - top - 4) * p) / most
        fillRect(
          picture,
          { x: box.x + i * width, y: bottom - tall, w: Math.max(1, width - 0.5), h: tall },
          color,
        )
      }
    } else {
      const [from, to] = [place(0), place(value)]
      const [x, w] = [Math.min(from, to), Math.max(1, Math.abs(to - from))]
      fillRect(picture, { x, y: top + 14, w, h: bottom - top - 28 }, color)
    }
    fillRect(picture, { x: place(Math.min(high, Math.max(low, value))), y: top, w: 2, h: bottom - top }, INK)
    if (isChosen)
      for (const edge of [
        { x: box.x, y: top, w: box.w, h: 1 },
        { x: box.x, y: bottom - 1, w: box.w, h: 1 },
        { x: box.x, y: top, w: 1, h: bottom - top },
        { x: box.x + box.w - 1, y: top, w: 1, h: bottom - top },
      ])
        fillRect(picture, edge, CHOSEN)
    write(picture, short(low), box.x, bottom, MUTED)
    const end = short(high)
    write(picture, end, box.x + box.w - widthOf(end, lettering), bottom, MUTED)
  }

  return (moment: AgentMoment): GamePicture => {
    const { game } = moment
    const width = GAP + game.width + GAP + CHART + GAP
    const height = GAP + TEXT + game.height + GAP + TEXT + rows * (PANEL + GAP)
    const picture = emptyPicture(width + (width % 2), height + (height % 2), PAGE)
    write(picture, `step ${moment.step}, episode ${moment.episode + 1}`, GAP, 6)
    const said = `${actions[moment.action]}${moment.reward === 0 ? '' : `, reward ${short(moment.reward)}`}`
    write(picture, said, width - GAP - widthOf(said, lettering), 6, CHOSEN)
    const top = GAP + TEXT
    blit(picture, game, GAP, top)
    rewards(picture, moment.totals, GAP + game.width + GAP, top - 4, game.height + 4)
    const below = top + game.height + GAP
    write(
      picture,
      returns ? 'how probable each return is, by action' : 'value of each action',
      GAP,
      below - 4,
      MUTED,
    )
    const wide = Math.floor((width - GAP * (columns + 1)) / columns)
    for (let action = 0; action < actions.length; action++)
      panel(picture, moment, action, {
        x: GAP + (action % columns) * (wide + GAP),
        y: below + TEXT - 4 + Math.floor(action / columns) * (PANEL + GAP),
        w: wide,
        h: PANEL,
      })
    fillRect(picture, { x: 0, y: below - 7, w: width, h: 1 }, LINE)
    return picture
  }
}
