// Which directions of a function's input change its output most, such as those of a generator's latent.
import { ConfigError, ShapeError } from '../util/errors.ts'
import { strongestDirections } from './directions.ts'
import { rowsOf, type Samples } from './features.ts'

export interface ActiveSubspaceOptions {
  /** Directions wanted; at most as many as the input has numbers. */
  readonly count: number
  /**
   * Step of the forward differences, in units of the input. Small against how far inputs spread, and large against the
   * rounding of a function in float32. Default 0.02
   */
  readonly step?: number
}

export interface ActiveSubspace {
  /** Unit vectors [d], the strongest first; the largest number of each is positive. */
  readonly directions: readonly Float64Array[]
  /** Share of the whole sensitivity along each, 0 to 1. */
  readonly shares: readonly number[]
  /** Mean squared change of the output per unit of input, summed over all directions. */
  readonly sensitivity: number
}

/**
 * The active subspace of a function: eigenvectors of C = E[JᵀJ], where J is the Jacobian and the mean is taken over
 * points of the input's distribution. J comes from forward differences along every coordinate.
 *
 * @param map     outputs [k, m] of inputs [k, d]; called once per point, with k = d + 1
 * @param points  inputs [n, d], drawn from the distribution that the directions are for
 * @throws ShapeError when outputs do not fit their inputs; ConfigError for outputs that are not finite
 * @source Constantine, Dow & Wang 2014, "Active Subspace Methods in Theory and Practice", SIAM J. Sci. Comput. 36(4)
 */
export async function activeSubspace(
  map: (inputs: Float32Array<ArrayBuffer>, count: number) => Promise<Float32Array>,
  points: Samples,
  { count, step = 0.02 }: ActiveSubspaceOptions,
): Promise<ActiveSubspace> {
  const { data, n, d } = rowsOf('activeSubspace', 'points', points)
  const c = new Float64Array(d * d)
  for (let point = 0; point < n; point++) {
    // Row 0 is the point, row 1 + i the point moved along coordinate i.
    const inputs = new Float32Array((d + 1) * d)
    const base = data.subarray(point * d, (point + 1) * d)
    for (let row = 0; row <= d; row++) inputs.set(base, row * d)
    for (let i = 0; i < d; i++) inputs[(1 + i) * d + i]! += step
    // What float32 made of the step.
    const steps = Float64Array.from(base, (x, i) => inputs[(1 + i) * d + i]! - x)
    addSquared(c, differences(await map(inputs, d + 1), steps), d)
  }
  const { values, vectors } = await strongestDirections(c, d, Math.min(count, d))
  const whole = values.reduce((sum, value) => sum + value, 0)
  return {
    directions: vectors,
    shares: vectors.map((_, i) => (whole > 0 ? values[i]! / whole : 0)),
    sensitivity: whole / n,
  }
}

/** Columns of the Jacobian as rows [d, m], from outputs [d + 1, m]. */
function differences(outputs: Float32Array, steps: Float64Array): Float64Array {
  const d = steps.length
  const m = outputs.length / (d + 1)
  if (!Number.isInteger(m) || m < 1)
    throw new ShapeError(
      `activeSubspace: ${d + 1} inputs need as many outputs of one length, got ${outputs.length} numbers`,
    )
  const columns = new Float64Array(d * m)
  for (let i = 0; i < d; i++)
    for (let k = 0; k < m; k++) columns[i * m + k] = (outputs[(1 + i) * m + k]! - outputs[k]!) / steps[i]!
  if (!columns.every(Number.isFinite))
    throw new ConfigError('activeSubspace: the function gave numbers that are not finite')
  return columns
}

/** Adds JᵀJ [d, d] for a Jacobian whose columns are the rows of `columns` [d, m]. */
function addSquared(c: Float64Array, columns: Float64Array, d: number): void {
  const m = columns.length / d
  for (let i = 0; i < d; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = 0; k < m; k++) sum += columns[i * m + k]! * columns[j * m + k]!
      c[i * d + j]! += sum
      if (i !== j) c[j * d + i]! += sum
    }
}
