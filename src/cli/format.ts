// Numbers, times and paths as the command line writes them.
import { isAbsolute, relative } from 'node:path'
import { oneLine } from './visible.ts'

/** `12,001`. */
export const formatCount = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',')

/** `42s`, `5m 07s`, `1h 02m`, `3d 04h`; `compact` leaves the space out. */
export function formatDuration(seconds: number, { compact = false } = {}): string {
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

/** Three significant digits without an exponent where that reads well: `0.923`, `62.5`, `1.2e-7`. */
export function formatNumber(value: number): string {
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

/** A metric as its description asks: `0.612` or `64.8%`; with `short`, `0.61` or `65%`. */
export function formatMetric(
  value: number,
  format: 'number' | 'percent' = 'number',
  { short = false } = {},
): string {
  if (format === 'percent' && Number.isFinite(value)) return `${(100 * value).toFixed(short ? 0 : 1)}%`
  return short ? formatShort(value) : formatNumber(value)
}

/** `9.9 MB`, in units of 1000. */
export function formatBytes(bytes: number): string {
  const power = Math.min(4, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  const amount = bytes / 1000 ** power
  return `${power === 0 || amount >= 100 ? amount.toFixed(0) : amount.toFixed(1)} ${['B', 'kB', 'MB', 'GB', 'TB'][power]}`
}

/** A path as one would type it, on one line whatever it holds: relative to the current folder when it lies inside it. */
export function formatPath(path: string, from = process.cwd()): string {
  const near = relative(from, path)
  return oneLine(near === '' ? '.' : near.startsWith('..') || isAbsolute(near) ? path : near)
}

/** An argument as it is typed in a shell: quoted where it must be. */
export const quoteArgument = (argument: string): string =>
  /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`
