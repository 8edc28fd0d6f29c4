// The error function in float64, accurate to about 1e-15 relative.

const TERMS = 60

/**
 * erf(x) = 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.
 *
 * Below 2 the series exp(-x^2) sum 2^n x^(2n+1) / (2n+1)!!, whose terms all have one sign, so nothing cancels;
 * above, 1 - erfc(x) by the continued fraction exp(-x^2) / sqrt(pi) / (x + (1/2)/(x + (2/2)/(x + (3/2)/ ...))).
 *
 * @source Abramowitz and Stegun 1964, 7.1.6 and 7.1.14
 */
export function erf(x: number): number {
  const size = Math.abs(x)
  if (!(size < 6)) return Number.isNaN(x) ? x : Math.sign(x)
  const density = Math.exp(-size * size) / Math.sqrt(Math.PI)
  if (size < 2) {
    let term = x
    let sum = 0
    for (let n = 1; Math.abs(term) > Math.abs(sum) * 2 ** -56; n++) {
      sum += term
      term *= (2 * x * x) / (2 * n + 1)
    }
    return 2 * density * sum
  }
  let denominator = size
  for (let n = TERMS; n > 0; n--) denominator = size + n / 2 / denominator
  return Math.sign(x) * (1 - density / denominator)
}
