// The verdict: one word for machines, and what it means in sentences for people.
import type { CheckResult, Verdict } from '../runs/audit-result.ts'
import { formatCount, formatPercent, formatSetting } from '../util/format.ts'

export interface Judged {
  readonly verdict: Verdict
  /** The L2 radius of the certificate that the verdict speaks of. */
  readonly certifiedAt?: number
  readonly verdictText: string
}

export interface Evidence {
  readonly n: number
  readonly classes: number
  /** Images that are named rightly, and those of them that survive every attack. */
  readonly right: number
  readonly standing: number
  readonly norm: 'linf' | 'l2'
  readonly eps: number
  readonly checks: readonly CheckResult[]
  /** Certified accuracy over L2 radius. */
  readonly certified?: readonly { readonly radius: number; readonly accuracy: number }[] | undefined
}

/** A model of which fewer than this share of the rightly named images survive counts as broken. */
const BROKEN_BELOW = 0.5

/** The change that was allowed, in words. */
export const changeText = (norm: 'linf' | 'l2', eps: number): string =>
  norm === 'linf'
    ? `every pixel may change by ${formatSetting(eps)} of its range`
    : `all pixels together may change by ${formatSetting(eps)} (Euclidean length)`

/**
 * `unreliable` before all else: where a model names no more rightly than chance, or checks fail and the audit may have missed attacks. `broken`: fewer than half of the rightly
 * named images survive. `certified`: at least half are proven, at a radius above 0. Otherwise no break was found.
 */
export function judge({ n, classes, right, standing, norm, eps, checks, certified }: Evidence): Judged {
  const kept = right === 0 ? 0 : standing / right
  const change = changeText(norm, eps)
  const survived = `Of ${formatCount(n)} images the model names ${formatCount(right)} rightly. When ${change}, ${formatCount(standing)} of these (${formatPercent(kept)}) survive every attack of this audit`
  if (right <= n / classes)
    return {
      verdict: 'unreliable',
      verdictText: `Of ${formatCount(n)} images the model names ${formatCount(right)} rightly, no more than chance would: what attacks do to it says nothing. Are its classes in the order of the data's (--labels), and images as it takes them (--mean, --std, --scale, --layout)?`,
    }
  const failed = checks.filter(({ state }) => state === 'fail')
  if (failed.length > 0)
    return {
      verdict: 'unreliable',
      verdictText: `${survived}. ${kept < BROKEN_BELOW ? 'It hides its weakness from attacks that follow gradients, and is weak' : 'But this number cannot be trusted as a measure of strength'}: ${failed.map(({ title }) => `“${title}” does not hold`).join('; ')}.${standing > 0 ? ' The true number may be lower.' : ''}`,
    }
  if (kept < BROKEN_BELOW)
    return {
      verdict: 'broken',
      verdictText: `${survived}. An attacker who can make such changes decides what the model says.`,
    }
  const proven = certified?.filter(({ radius, accuracy }) => radius > 0 && accuracy >= BROKEN_BELOW).at(-1)
  if (proven)
    return {
      verdict: 'certified',
      certifiedAt: proven.radius,
      verdictText: `${survived}. With noise added and the most frequent answer taken, ${formatPercent(proven.accuracy)} of the images are proven to keep their name within an L2 distance of ${formatSetting(proven.radius)}.`,
    }
  return {
    verdict: 'no break found',
    verdictText: `${survived}${standing < right ? `; ${formatCount(right - standing)} do not` : ''}. Attacks only show what they find: a stronger one may find more.`,
  }
}
