// The plane in which samples vary most, for looking at features and latents of many numbers.
import { ShapeError } from '../util/errors.ts'
import { strongestDirections } from './directions.ts'
import { type Rows, requireRows, rowsOf, type Samples } from './features.ts'
import { type LeadingDirections, leadingDirections } from './leading-directions.ts'
import { momentsOf } from './moments.ts'
import type { MeasureEngine } from './with-model.ts'

export interface PrincipalPlane {
  /** Where the two directions start: the mean of the samples, [d]. */
  readonly mean: Float64Array
  /** Two unit vectors [d], the one with the larger variance first; the largest number of each is positive. */
  readonly directions: readonly [Float64Array, Float64Array]
  /** Standard deviation of the samples along each. */
  readonly deviations: readonly [number, number]
  /** Share of the whole variance that lies in the plane, 0 to 1; 1 where there is no variance at all. */
  readonly share: number
}

/** Rows at once. */
const BLOCK = 1000
/** Numbers per sample up to which the whole covariance is taken apart: that grows with their cube. */
const FEW = 128

async function allDirections(engine: MeasureEngine, where: string, rows: Rows): Promise<LeadingDirections> {
  const { mean, covariance } = await momentsOf(engine, where, rows, BLOCK)
  const found = await strongestDirections(covariance, rows.d, 2)
  return { mean, ...found, whole: found.values.reduce((sum, value) => sum + value, 0) }
}

/**
 * The two principal directions of samples: eigenvectors of their covariance, in float64; of more than 128 numbers by subspace
 * iteration.
 *
 * @param samples  [n, d], n and d at least 2
 * @throws ShapeError for fewer samples or numbers; ConfigError for numbers that are not finite
 */
export async function principalPlane(engine: MeasureEngine, samples: Samples): Promise<PrincipalPlane> {
  const where = 'principalPlane'
  const rows = rowsOf(where, 'samples', samples)
  requireRows(where, 'samples', rows, 2, 'for a variance')
  if (rows.d < 2) throw new ShapeError(`${where}: a plane needs at least 2 numbers per sample, got ${rows.d}`)
  const { mean, values, vectors, whole } =
    rows.d > FEW ? await leadingDirections(rows, 2) : await allDirections(engine, where, rows)
  return {
    mean,
    directions: [vectors[0]!, vectors[1]!],
    deviations: [Math.sqrt(values[0]!), Math.sqrt(values[1]!)],
    share: whole > 0 ? (values[0]! + values[1]!) / whole : 1,
  }
}
