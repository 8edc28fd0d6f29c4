// Numbers, durations, sizes and commands as people read them; the same on every machine, whatever its language.

/** `1,493,520`. */
export const formatCount = (count: number): string =>
  String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',')

/** As pages write them, four significant digits or so: `0.6131`, `12.35`, `1.200e-7`. */
export function formatNumber(value: number): string {
  const size = Math.abs(value)
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : value > 0 ? '∞' : '-∞'
  if (size === 0) return '0'
  if (size < 1e-3 || size >= 1e6) return value.toExponential(2)
  return value.toFixed(size < 10 ? 3 : size < 100 ? 2 : 1)
}

/** As terminals write them, three significant digits without an exponent where that reads well: `0.923`, `62.5`, `1.2e-7`. */
export function formatBrief(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (size !== 0 && (size < 0.001 || size >= 1e6)) return value.toExponential(2)
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3)
}

/** The same with two digits, for narrow places: `0.92`, `0.012`, `4e-4`. */
export function formatShort(value: number): string {
  const size = Math.abs(value)
  if (!Number.isFinite(value) || size >= 10) return size >= 1e6 ? value.toExponential(1) : value.toFixed(0)
  if (size !== 0 && size < 0.001) return value.toExponential(0)
  return size !== 0 && size < 0.1 ? value.toPrecision(2) : value.toFixed(2)
}

/** `0.3`, `0.0314`: a setting as it is typed, with at most three digits that matter. */
export const formatSetting = (value: number): string => String(Number(value.toPrecision(3)))

/** `62.5%` for .625. */
export const formatPercent = (ratio: number, decimals = 1): string =>
  Number.isFinite(ratio) ? `${(100 * ratio).toFixed(decimals)}%` : 'not a number'

/** A metric as its description asks: `0.612` or `64.8%`; with `short`, `0.61` or `65%`. */
export function formatBriefMetric(
  value: number,
  format: 'number' | 'percent' = 'number',
  { short = false } = {},
): string {
  if (format === 'percent' && Number.isFinite(value)) return `${(100 * value).toFixed(short ? 0 : 1)}%`
  return short ? formatShort(value) : formatBrief(value)
}

/** As pages write them: `47 s`, `9 min 12 s`, `2 h 05 min`. */
export function formatDuration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  const two = (part: number): string => String(part).padStart(2, '0')
  if (minutes < 60) return `${minutes} min ${two(whole % 60)} s`
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`
}

/** As terminals write them: `42s`, `5m 07s`, `1h 02m`, `3d 04h`; `compact` leaves the space out. */
export function formatClock(seconds: number, { compact = false } = {}): string {
  const total = Math.max(0, Math.round(seconds))
  const two = (n: number): string => String(n).padStart(2, '0')
  const pair = (high: string, low: string): string => (compact ? high + low : `${high} ${low}`)
  if (total < 60) return `${total}s`
  if (total < 3600) return pair(`${Math.floor(total / 60)}m`, `${two(total % 60)}s`)
  const minutes = Math.round(total / 60)
  if (minutes < 24 * 60) return pair(`${Math.floor(minutes / 60)}h`, `${two(minutes % 60)}m`)
  const hours = Math.round(total / 3600)
  return pair(`${Math.floor(hours / 24)}d`, `${two(hours % 24)}h`)
}

/** `7.8 GiB`. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  const unit = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${(bytes / 1024 ** unit).toFixed(unit === 0 ? 0 : 1)} ${units[unit]}`
}

/** `3.2 GB`, `64 kB`: a size in messages and terminals, in units of 1000. */
export const formatSize = (bytes: number): string => {
  const power = Math.min(3, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  const [unit, name] = [1000 ** power, ['bytes', 'kB', 'MB', 'GB'][power]!]
  const amount = bytes / unit
  return `${Number.isInteger(amount) || amount >= 1000 ? Math.round(amount) : amount.toFixed(1)} ${name}`
}

/** `(None, 28, 28, 1)`, as Keras writes the shape of a batch. */
export const formatOutputShape = (shape: readonly (number | null)[]): string =>
  `(${shape.map((length) => length ?? 'None').join(', ')}${shape.length === 1 ? ',' : ''})`

/** An argument as it is typed in a POSIX shell: quoted where it must be. */
export const quoteArgument = (argument: string): string =>
  /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`

/** A command line that a POSIX shell splits into the same arguments. */
export const formatCommand = (command: readonly string[]): string => command.map(quoteArgument).join(' ')
