// Eigenvectors of symmetric matrices as directions: strongest first, with a sign that does not change by chance.

export interface Directions {
  /** Eigenvalues, largest first; those that are negative by rounding are 0. */
  readonly values: readonly number[]
  /** Unit vectors [d] of the first `count`; the largest number of each is positive. */
  readonly vectors: readonly Float64Array[]
}

/** A direction with the sign that makes its largest number positive. */
export function signed(direction: Float64Array): Float64Array {
  const largest = direction.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0)
  return largest < 0 ? direction.map((x) => -x) : direction
}

/**
 * The strongest directions of a symmetric matrix without negative eigenvalues, such as a covariance.
 *
 * @param matrix  [d, d]
 * @param count   directions wanted; at most d are given
 */
export async function strongestDirections(
  matrix: Float64Array,
  d: number,
  count: number,
): Promise<Directions> {
  const { EigenvalueDecomposition, Matrix } = await import('ml-matrix')
  const rows = new Matrix(Array.from({ length: d }, (_, i) => matrix.subarray(i * d, (i + 1) * d)))
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(rows, { assumeSymmetric: true })
  const values = realEigenvalues.map((value) => Math.max(0, value))
  const order = [...values.keys()].sort((a, b) => values[b]! - values[a]!)
  const vector = (index: number): Float64Array =>
    signed(Float64Array.from(eigenvectorMatrix.getColumn(index)))
  return { values: order.map((index) => values[index]!), vectors: order.slice(0, count).map(vector) }
}
