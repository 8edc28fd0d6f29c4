// Quantiles of distributions, by jStat.
// @ts-expect-error: it comes without types; what is used of it is said below
import jStat from 'jstat'

interface Distributions {
  readonly studentt: { inv(share: number, degrees: number): number }
}
const { studentt }: Distributions = jStat

/**
 * The number below which a share of Student's t distribution lies, to eight digits up to a million degrees.
 *
 * @param share    above 0, below 1: .975 for the end of a two-sided 95% interval
 * @param degrees  of freedom, above 0; need not be whole, as Welch's are not
 */
export const studentQuantile = (share: number, degrees: number): number => studentt.inv(share, degrees)
