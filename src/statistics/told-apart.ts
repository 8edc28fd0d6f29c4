// When two numbers with a spread differ, and the order of several that follows from it.
import type { Found } from './found.ts'
import { studentQuantile } from './quantiles.ts'

/** Half-width of a 95% interval, in standard errors. */
const halfWidth = (degrees: number): number => studentQuantile(0.975, degrees)

/** The rule of `toldApart`, in words, as page and terminal print it. */
export const RULE =
  "two numbers are told apart when 0 lies outside the 95% interval of their difference (Welch's t test)"

/** Variance of the mean, or undefined where no spread is known. */
const variance = ({ deviation, n }: Found): number | undefined =>
  deviation === undefined || n < 2 ? undefined : deviation ** 2 / n

/** The 95% interval of a mean (Student's t); undefined where no spread is known. */
export function intervalOf(found: Found): readonly [low: number, high: number] | undefined {
  const own = variance(found)
  if (found.value === null || own === undefined) return undefined
  const half = halfWidth(found.n - 1) * Math.sqrt(own)
  return [found.value - half, found.value + half]
}

/** Whether a number takes part in a ranking: it is there, and of all runs of its group. */
export const ranks = ({ value, reason }: Found): boolean => value !== null && reason === undefined

/** Variance and degrees of freedom of the difference of two means; undefined where a spread is not known. */
function welch(a: Found, b: Found): { readonly variance: number; readonly degrees: number } | undefined {
  const [va, vb] = [variance(a), variance(b)]
  if (va === undefined || vb === undefined) return undefined
  const weights = va ** 2 / (a.n - 1) + vb ** 2 / (b.n - 1)
  return { variance: va + vb, degrees: weights > 0 ? (va + vb) ** 2 / weights : Math.min(a.n, b.n) - 1 }
}

/** How far two numbers are apart. */
export interface Difference {
  /** The first less the second. */
  readonly value: number
  /** Its 95% interval (Welch); absent where a spread is not known. */
  readonly interval?: readonly [low: number, high: number]
}

/** The difference of two numbers; undefined where one is missing. */
export function differenceOf(a: Found, b: Found): Difference | undefined {
  if (a.value === null || b.value === null) return undefined
  const value = a.value - b.value
  const spread = welch(a, b)
  if (!spread) return { value }
  const half = halfWidth(spread.degrees) * Math.sqrt(spread.variance)
  return { value, interval: [value - half, value + half] }
}

/**
 * Whether two numbers differ by more than chance explains: their difference exceeds the half-width of its 95% interval.
 * Never for numbers without a spread, such as those of a single draw.
 *
 * @param gap    how far they are apart; default: the difference of the values
 * @param extra  variance that the gap has besides; default 0
 * @source Welch 1947, doi:10.1093/biomet/34.1-2.28
 */
export function toldApart(
  a: Found,
  b: Found,
  { gap = Math.abs((a.value ?? 0) - (b.value ?? 0)), extra = 0 }: { gap?: number; extra?: number } = {},
): boolean {
  const spread = welch(a, b)
  if (!ranks(a) || !ranks(b) || !spread) return false
  return gap > halfWidth(spread.degrees) * Math.sqrt(spread.variance + extra)
}

/** The same measure of real images. */
export interface Floor {
  value: number
  /** Standard deviation over draws, where there were several. */
  deviation?: number
}

/**
 * Where a number lies beside that of real images, or undefined when it cannot be told from it. The floor counts as one
 * draw with its whole spread, which claims less than its mean would.
 */
export function besideFloor(found: Found, floor: Floor): 'below' | 'above' | undefined {
  const own = variance(found)
  if (!ranks(found) || own === undefined) return undefined
  const gap = found.value! - floor.value
  const limit = halfWidth(found.n - 1) * Math.sqrt(own + (floor.deviation ?? 0) ** 2)
  return Math.abs(gap) > limit ? (gap < 0 ? 'below' : 'above') : undefined
}

export type Better = 'lower' | 'higher' | 'floor'

/** How good a number is, smaller is better. */
const distance = ({ value }: Found, better: Better, floor?: Floor): number =>
  better === 'lower' ? value! : better === 'higher' ? -value! : Math.abs(value! - (floor?.value ?? 0))

/** On one side of the floor it cancels out of the difference of two distances to it; on two sides it counts twice. */
const extraVariance = (a: Found, b: Found, better: Better, floor?: Floor): number =>
  better === 'floor' && floor && (a.value! - floor.value) * (b.value! - floor.value) < 0
    ? 4 * (floor.deviation ?? 0) ** 2
    : 0

/** Whether one of two numbers is certainly better than the other. */
export const differ = (a: Found, b: Found, better: Better, floor?: Floor): boolean =>
  toldApart(a, b, {
    gap: Math.abs(distance(a, better, floor) - distance(b, better, floor)),
    extra: extraVariance(a, b, better, floor),
  })

/**
 * The groups by rank, best first. Those that share a tier cannot all be told apart; those of different tiers can, each
 * pair of them. Groups without a ranked value are in none.
 *
 * @param values  one per group
 * @param floor   needed when nearness to it is what counts
 */
export function tiersOf(values: readonly Found[], better: Better, floor?: Floor): number[][] {
  if (better === 'floor' && !floor) return []
  const order = values
    .flatMap((found, index) => (ranks(found) ? [index] : []))
    .sort((i, j) => distance(values[i]!, better, floor) - distance(values[j]!, better, floor))
  const tiers: number[][] = []
  for (const index of order) {
    const tie = tiers.findIndex((tier) =>
      tier.some((other) => !differ(values[index]!, values[other]!, better, floor)),
    )
    if (tie < 0) tiers.push([index])
    else tiers.splice(tie, tiers.length, [...tiers.slice(tie).flat(), index])
  }
  return tiers
}

/** The one group that is better than every other, or undefined. */
export function bestOf(values: readonly Found[], better: Better, floor?: Floor): number | undefined {
  const [first, second] = tiersOf(values, better, floor)
  return first?.length === 1 && second ? first[0] : undefined
}
