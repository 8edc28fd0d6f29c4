// The strongest directions of samples of many numbers, without their covariance.
import { randomStream } from '../util/random.ts'
import { type Directions, signed, strongestDirections } from './directions.ts'
import { meanOf, type Rows } from './features.ts'

export interface LeadingDirections extends Directions {
  /** [d] */
  readonly mean: Float64Array
  /** Sum of the variances of all numbers. */
  readonly whole: number
}

/** Directions that are followed beside the wanted ones: the more, the fewer rounds. */
const BESIDE = 8
/** A direction is found when A v differs from its eigenvalue times v by no more than this share of the largest eigenvalue. */
const CLOSE = 1e-7
const MOST_ROUNDS = 60

/** The vectors [d] as unit vectors across each other, in their order; one that adds nothing becomes zeros. */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const done: Float64Array[] = []
  for (const given of vectors) {
    const vector = given.slice()
    const before = Math.sqrt(dot(vector, vector))
    // Twice: once leaves what rounding has left.
    for (let pass = 0; pass < 2; pass++)
      for (const other of done) {
        const along = dot(vector, other)
        for (let j = 0; j < vector.length; j++) vector[j]! -= along * other[j]!
      }
    const length = Math.sqrt(dot(vector, vector))
    done.push(length > 1e-12 * before ? vector.map((x) => x / length) : vector.fill(0))
  }
  return done
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!
  return sum
}

/**
 * The `count` directions in which samples vary most, as `strongestDirections` of their covariance gives them, by subspace iteration:
 * a round costs 2 n d (count + 8) products, where the covariance alone would take n d². Float64; the start is always the same.
 *
 * Other events have their turn between two rounds.
 *
 * @source Halko, Martinsson and Tropp 2011, arXiv:0909.4061, algorithm 4.4, with Rayleigh-Ritz values to know when to stop
 */
export async function leadingDirections(rows: Rows, count: number): Promise<LeadingDirections> {
  const { data, n, d } = rows
  const mean = meanOf(rows)
  const centred = Float64Array.from(data, (x, at) => x - mean[at % d]!)
  const whole = dot(centred, centred) / (n - 1)
  const width = Math.min(count + BESIDE, d)
  const random = randomStream(0, 'leading directions')
  let basis = orthonormal(
    Array.from({ length: width }, () => Float64Array.from({ length: d }, () => random.normal())),
  )
  for (let round = 1; ; round++) {
    // A v for every v of the basis, A being the covariance.
    const images = basis.map(() => new Float64Array(d))
    for (let i = 0; i < n; i++) {
      const row = centred.subarray(i * d, (i + 1) * d)
      for (const [k, vector] of basis.entries()) {
        const along = dot(row, vector) / (n - 1)
        const image = images[k]!
        for (let j = 0; j < d; j++) image[j]! += along * row[j]!
      }
    }
    const small = Float64Array.from({ length: width * width }, (_, at) =>
      dot(basis[Math.floor(at / width)]!, images[at % width]!),
    )
    const { values, vectors } = await strongestDirections(small, width, width)
    const mixed = (of: readonly Float64Array[]): Float64Array[] =>
      vectors.map((weights) => {
        const sum = new Float64Array(d)
        for (const [k, vector] of of.entries())
          for (let j = 0; j < d; j++) sum[j]! += weights[k]! * vector[j]!
        return sum
      })
    const found = mixed(basis)
    const moved = mixed(images)
    const isFound = found
      .slice(0, count)
      .every(
        (vector, k) =>
          Math.sqrt(moved[k]!.reduce((sum, x, j) => sum + (x - values[k]! * vector[j]!) ** 2, 0)) <=
          CLOSE * values[0]!,
      )
    if (isFound || round === MOST_ROUNDS)
      return { mean, whole, values: values.slice(0, count), vectors: found.slice(0, count).map(signed) }
    basis = orthonormal(moved)
    await new Promise((resolve) => setTimeout(resolve))
  }
}
