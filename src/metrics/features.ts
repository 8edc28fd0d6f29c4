// The arrays that measures take, and what is asked of them.
import { ConfigError, ShapeError } from '../util/errors.ts'
import { formatShape, type Shape, sizeOf } from '../util/shape.ts'

/** Samples along axis 0, whatever follows: features [n, d], images [n, height, width, channels]. */
export interface Samples {
  readonly data: Float32Array
  readonly shape: Shape
}

/** Samples checked and seen as a matrix [n, d]. */
export interface Rows {
  readonly data: Float32Array
  readonly n: number
  readonly d: number
}

/**
 * Samples as rows [n, d]: every axis after the first is flattened. Shares the memory.
 *
 * @param where  the measure, as messages begin: `fid`
 * @param name   the argument, as messages say it: `fake`
 * @throws ShapeError for a shape that the array does not fill or that has no samples; ConfigError for numbers that are
 *         not finite
 */
export function rowsOf(where: string, name: string, { data, shape }: Samples): Rows {
  const [n = 0, ...rest] = shape
  const d = sizeOf(rest)
  if (shape.length < 2 || n < 1 || d < 1)
    throw new ShapeError(
      `${where}: ${name} must hold samples along axis 0, e.g. features [n, d], got ${formatShape(shape)}`,
    )
  if (data.length !== n * d)
    throw new ShapeError(
      `${where}: ${name} ${formatShape(shape)} needs ${n * d} numbers, its array has ${data.length}`,
    )
  const bad = data.findIndex((x) => !Number.isFinite(x))
  if (bad >= 0)
    throw new ConfigError(
      `${where}: ${name} holds ${data[bad]} in row ${Math.floor(bad / d)}, column ${bad % d}; expected finite numbers. Leave such samples out, and look at what made them`,
    )
  return { data, n, d }
}

/**
 * Two sides of a comparison as rows.
 *
 * @throws ShapeError when the sides have different lengths of rows
 */
export function pairOf<A extends string, B extends string>(
  where: string,
  sides: Readonly<Record<A | B, Samples>>,
): Record<A | B, Rows> {
  const rows = Object.fromEntries(
    Object.entries<Samples>(sides).map(([name, samples]) => [name, rowsOf(where, name, samples)]),
  ) as Record<string, Rows>
  const [[first, a], ...others] = Object.entries(rows) as [[string, Rows], ...[string, Rows][]]
  for (const [name, b] of others)
    if (a.d !== b.d)
      throw new ShapeError(
        `${where}: ${first} has ${a.d} numbers per sample, ${name} has ${b.d}; take both from one extractor`,
      )
  return rows as Record<A | B, Rows>
}

/** @throws ShapeError when a side has fewer than `least` rows; `why` says what needs them */
export function requireRows(where: string, name: string, { n }: Rows, least: number, why: string): void {
  if (n < least)
    throw new ShapeError(`${where}: ${name} has ${n} samples, expected at least ${least} ${why}; draw more`)
}

/** The mean of the columns, in float64. */
export function meanOf({ data, n, d }: Rows): Float64Array {
  const sum = new Float64Array(d)
  for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < d; j++) sum[j]! += data[at++]!
  return sum.map((x) => x / n)
}

/** Rows in another order, or some of them: a copy. */
export function pickRows({ data, d }: Rows, picked: ArrayLike<number>): Rows {
  const out = new Float32Array(picked.length * d)
  for (let i = 0; i < picked.length; i++) out.set(data.subarray(picked[i]! * d, (picked[i]! + 1) * d), i * d)
  return { data: out, n: picked.length, d }
}

/** Whether every row is the same: the plainest collapse. */
export function allEqual({ data, d }: Rows): boolean {
  for (let i = d; i < data.length; i++) if (data[i] !== data[i - d]) return false
  return true
}

/** Rows of length 1; one of zeros stays. */
export function unitRows({ data, n, d }: Rows): Rows {
  const out = new Float32Array(data.length)
  for (let i = 0; i < n; i++) {
    const row = data.subarray(i * d, (i + 1) * d)
    const length = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0)) || 1
    for (let j = 0; j < d; j++) out[i * d + j] = row[j]! / length
  }
  return { data: out, n, d }
}
