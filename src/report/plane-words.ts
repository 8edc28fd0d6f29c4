// What a frame of the plane says, in words: beside the picture, and instead of it.
import type { PlaneRow } from '../runs/plane.ts'
import { formatCount } from '../util/format.ts'
import { isInside, placesOf } from './plane-drawing.ts'

/** A number of few digits, with a real minus sign. */
export const brief = (value: number): string => String(Number(value.toPrecision(2))).replace('-', '−')
const percent = (share: number): string => `${Math.round(100 * share)}%`

/** `3 of 8 modes` */
export const modesText = ({ reached, of }: NonNullable<PlaneRow['modes']>): string =>
  `${formatCount(reached)} of ${formatCount(of)} modes`

/** What the discriminator gives both sides on average; undefined where it was not asked. */
export function opinionText({ map }: PlaneRow): string | undefined {
  if (!map) return undefined
  const { unit, real, made } = map
  return unit === 'probability'
    ? `The discriminator takes real points for real with ${percent(real)}, made ones with ${percent(made)}, on average.`
    : `The discriminator scores real points ${brief(real)} and made ones ${brief(made)}, on average; only the difference counts.`
}

/** Made points that the picture does not show. */
export const outsideOf = ({ made, window }: PlaneRow): number =>
  placesOf(made, window).filter((place) => !isInside(place)).length

/** How strongly made points are pulled, on average. */
export function pullText({ pull }: PlaneRow): string {
  const count = pull.length >> 1
  let sum = 0
  for (let i = 0; i < count; i++) sum += Math.hypot(pull[2 * i]!, pull[2 * i + 1]!)
  return `Arrows show where the generator's loss pulls its points; the pull is ${brief(sum / Math.max(1, count))} on average, and the longest arrows are the strongest of this step.`
}

/** The frame in a few sentences. */
export function planeText(row: PlaneRow): string {
  const { modes } = row
  const outside = outsideOf(row)
  return [
    `Step ${formatCount(row.step)}: ${formatCount(row.made.length / 2)} made points before ${formatCount(row.real.length / 2)} real ones.`,
    modes &&
      `${formatCount(modes.samples)} fresh samples reach ${modesText(modes)}; ${percent(modes.highQuality)} of them are of high quality.`,
    opinionText(row),
    outside > 0 &&
      `${formatCount(outside)} made ${outside === 1 ? 'point lies' : 'points lie'} outside of the picture.`,
  ]
    .filter(Boolean)
    .join(' ')
}
