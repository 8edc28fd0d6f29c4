// Quantiles of distributions, by jStat.
// @ts-expect-error: it comes without types; what is used of it is said below
import jStat from 'jstat'

interface Distributions {
  readonly studentt: { inv(share: number, degrees: number): number }
  readonly normal: { inv(share: number, mean: number, deviation: number): number }
  readonly beta: {
    inv(share: number, a: number, b: number): number
    cdf(x: number, a: number, b: number): number
  }
}
const { studentt, normal, beta }: Distributions = jStat

/**
 * The number below which a share of Student's t distribution lies, to eight digits up to a million degrees.
 *
 * @param share    above 0, below 1: .975 for the end of a two-sided 95% interval
 * @param degrees  of freedom, above 0; need not be whole, as Welch's are not
 */
export const studentQuantile = (share: number, degrees: number): number => studentt.inv(share, degrees)

/** The number below which a share (above 0, below 1) of the standard normal distribution lies, to eight digits. */
export const normalQuantile = (share: number): number => normal.inv(share, 0, 1)

/** The number below which a share of the beta distribution lies, to eight digits for a + b up to a million. */
export const betaQuantile = (share: number, a: number, b: number): number => beta.inv(share, a, b)

/** The share of the beta distribution that lies below x, 0 to 1. */
export const betaShare = (x: number, a: number, b: number): number => beta.cdf(x, a, b)
