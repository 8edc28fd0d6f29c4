// Numbers, durations and sizes as people read them; the same on every machine, whatever its language.

/** `1,493,520`. */
export const formatCount = (count: number): string =>
  String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',')

/** Four significant digits or so: `0.6131`, `12.35`, `1.200e-7`. */
export function formatNumber(value: number): string {
  const size = Math.abs(value)
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : value > 0 ? '∞' : '-∞'
  if (size === 0) return '0'
  if (size < 1e-3 || size >= 1e6) return value.toExponential(2)
  return value.toFixed(size < 10 ? 3 : size < 100 ? 2 : 1)
}

/** `62.5%` for .625. */
export const formatPercent = (ratio: number): string =>
  Number.isFinite(ratio) ? `${(100 * ratio).toFixed(1)}%` : 'not a number'

/** `47 s`, `9 min 12 s`, `2 h 05 min`. */
export function formatDuration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  const two = (part: number): string => String(part).padStart(2, '0')
  if (minutes < 60) return `${minutes} min ${two(whole % 60)} s`
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`
}

/** `7.8 GiB`. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  const unit = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${(bytes / 1024 ** unit).toFixed(unit === 0 ? 0 : 1)} ${units[unit]}`
}

/** `(None, 28, 28, 1)`, as Keras writes the shape of a batch. */
export const formatOutputShape = (shape: readonly (number | null)[]): string =>
  `(${shape.map((length) => length ?? 'None').join(', ')}${shape.length === 1 ? ',' : ''})`

/** A command line that a POSIX shell splits into the same arguments. */
export const formatCommand = (command: readonly string[]): string =>
  command
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ')
