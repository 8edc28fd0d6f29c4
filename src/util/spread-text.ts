// A number with its spread, written to the digits that the spread leaves meaning to.

const MOST_DECIMALS = 6
const magnitude = (value: number): number => Math.floor(Math.log10(Math.abs(value)))

/**
 * `12.65 ± 0.12`: the spread to two significant digits, the number to the same place; without a spread (or one of 0),
 * three significant digits and no decimals beyond the ones. Numbers too small for six decimals get exponents.
 *
 * @param spread  undefined where there is none
 * @param scale   `{ factor: 100, unit: '%' }` writes .61 as 61%. Default: as it is
 */
export function spreadText(
  value: number,
  spread: number | undefined,
  { factor = 1, unit = '' }: { factor?: number; unit?: string } = {},
): string {
  const [number, deviation] = [value * factor, (spread ?? 0) * factor]
  if (!Number.isFinite(number) || !Number.isFinite(deviation)) return 'not a number'
  // Less than rounding errors of the number is no spread.
  const leading =
    deviation > 1e-9 * Math.abs(number) ? magnitude(deviation) - 1 : number === 0 ? 0 : magnitude(number) - 2
  const decimals = Math.max(0, -leading)
  const write = (x: number): string => {
    // With a spread, both end at the same place.
    const digits = deviation > 0 && x !== 0 ? Math.max(1, magnitude(x) - leading) : 1
    const text =
      x !== 0 && decimals > MOST_DECIMALS
        ? x.toExponential(Math.min(MOST_DECIMALS, digits))
        : x.toFixed(Math.min(MOST_DECIMALS, decimals))
    const [whole, ...rest] = text.split('.')
    // A spread can round to -0.
    return (
      [whole!.replace(/\B(?=(\d{3})+$)/g, ','), ...rest].join('.').replace(/^-(0(?:\.0*)?)$/, '$1') + unit
    )
  }
  return spread === undefined ? write(number) : `${write(number)} ± ${write(deviation)}`
}
