// Short convolutions with fewer multiplications: the bilinear algorithms of Toom, Cook and Winograd.
import { inverse, type Matrix, matrix, product, rowNorms, transposed } from './matrix.ts'

/**
 * What polynomials are reduced by, to be multiplied there: x - point for every point, infinity, and
 * x² + px + q for every quadratic, whose two coefficients take a third product at a0 + at a1 (Karatsuba).
 * Real points alone take the fewest products and round the most; quadratics stand for pairs of complex points near the
 * unit circle.
 */
export interface Factors {
  readonly points: readonly number[]
  readonly quadratics: readonly Quadratic[]
}
export interface Quadratic {
  readonly p: number
  readonly q: number
  readonly at: number
}

/** Degree of the product of all factors: the coefficients that can be told apart. Infinity is always one of them. */
export const degreeOf = ({ points, quadratics }: Factors): number => points.length + 1 + 2 * quadratics.length
export const productsOf = ({ points, quadratics }: Factors): number =>
  points.length + 1 + 3 * quadratics.length

/** Coefficients [length, 2] of x^i modulo x² + px + q. */
function residues({ p, q }: Quadratic, length: number): [number, number][] {
  const out: [number, number][] = [[1, 0]]
  while (out.length < length) {
    const [low, high] = out.at(-1)!
    out.push([-q * high, low - p * high])
  }
  return out
}

/** Rows that take `length` coefficients to their residues: [degree, length]; with `karatsuba` to what is multiplied: [products, length]. */
function reduction({ points, quadratics }: Factors, length: number, karatsuba: boolean): Matrix {
  const powers = Array.from({ length }, (_, i) => i)
  const rows = [
    ...points.map((point) => powers.map((i) => point ** i)),
    powers.map((i) => (i === length - 1 ? 1 : 0)), // infinity sees the leading coefficient only
    ...quadratics.flatMap((quadratic) => {
      const pairs = residues(quadratic, length)
      const [low, high] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)]
      return karatsuba ? [low, high, low.map((a, i) => a + quadratic.at * high[i]!)] : [low, high]
    }),
  ]
  return matrix(rows.length, length, (row, column) => rows[row]![column]!)
}

/**
 * From the products to the residues of the product: [degree, products]. With P0 = a0 b0, P1 = a1 b1 and
 * P2 = (a0 + at a1)(b0 + at b1), (a0 + a1 x)(b0 + b1 x) = P0 - q P1 + ((P2 - P0) / at - (at + p) P1) x modulo x² + px + q.
 */
function recombination({ points, quadratics }: Factors): Matrix {
  const single = points.length + 1
  const out = matrix(single + 2 * quadratics.length, single + 3 * quadratics.length, (row, column) =>
    row === column && row < single ? 1 : 0,
  )
  quadratics.forEach(({ p, q, at }, i) => {
    const [row, column] = [single + 2 * i, single + 3 * i]
    out.data.set([1, -q], row * out.columns + column)
    out.data.set([-1 / at, -at - p, 1 / at], (row + 1) * out.columns + column)
  })
  return out
}

export interface ShortConvolution {
  /** [products, m + r - 1] */
  readonly input: Matrix
  /** [products, r] */
  readonly kernel: Matrix
  /** [m, products] */
  readonly output: Matrix
}

/**
 * F(m, r): m outputs of a correlation with r taps,
 * y_i = sum_j d_(i+j) g_j as y = output ((kernel g) * (input d)), elementwise in the middle.
 *
 * Multiplying polynomials a and g by reduction, products and recombination is s = C ((E_m a) * (E_r g)), where E reduces
 * modulo the factors and C is the Chinese remainder theorem. The correlation is its transpose with respect to a:
 * y = E_m^T ((E_r g) * (C^T d)).
 *
 * One output or one tap is computed as it stands, because fewer products are not possible.
 *
 * @throws RangeError when the factors are too few or too many for m + r - 1 coefficients
 * @source Winograd 1980, Arithmetic Complexity of Computations; Lavin & Gray 2016, arXiv:1509.09308
 */
export function toomCook(m: number, r: number, factors: Factors): ShortConvolution {
  const n = m + r - 1
  if (degreeOf(factors) !== n)
    throw new RangeError(`F(${m}, ${r}) needs factors of degree ${n}, got degree ${degreeOf(factors)}`)
  if (m === 1 || r === 1) return direct(m, r)
  const kernel = reduction(factors, r, true)
  const outputT = reduction(factors, m, true) // [products, m]
  const input = transposed(product(inverse(reduction(factors, n, false)), recombination(factors)))
  // Each product may be scaled freely: kernel and output rows get length 1, the input takes the rest.
  const [kernelNorms, outputNorms] = [rowNorms(kernel), rowNorms(outputT)]
  const scaled = ({ rows, columns, data }: Matrix, factor: (row: number) => number): Matrix =>
    matrix(rows, columns, (row, column) => data[row * columns + column]! * factor(row))
  return {
    kernel: scaled(kernel, (row) => 1 / kernelNorms[row]!),
    output: transposed(scaled(outputT, (row) => 1 / outputNorms[row]!)),
    input: scaled(input, (row) => kernelNorms[row]! * outputNorms[row]!),
  }
}

/** One product for each pair: m outputs of one tap, or one output of r taps. */
function direct(m: number, r: number): ShortConvolution {
  const identity = matrix(m + r - 1, m + r - 1, (row, column) => (row === column ? 1 : 0))
  const ones = (rows: number, columns: number): Matrix => matrix(rows, columns, () => 1)
  return m === 1
    ? { input: identity, kernel: identity, output: ones(1, r) }
    : { input: identity, kernel: ones(m, 1), output: identity }
}

/**
 * How much more than a direct sum an algorithm rounds, about: the standard deviation of its rounding errors over that of
 * the direct form, for independent inputs, in the worst place of the worst of the three bilinear forms. Along two axes
 * the numbers multiply.
 */
export function amplification({ input, kernel, output }: ShortConvolution): number {
  const [taps, images, sums] = [rowNorms(kernel), rowNorms(input), rowNorms(transposed(output))]
  const worst = (read: Matrix, others: readonly number[][], terms: number): number =>
    Math.max(
      ...rowNorms(
        matrix(read.rows, read.columns, (row, column) =>
          others.reduce((value, norms) => value * norms[column]!, read.data[row * read.columns + column]!),
        ),
      ),
    ) / Math.sqrt(terms)
  const [m, r] = [output.rows, kernel.columns]
  return Math.max(
    worst(output, [taps, images], r),
    worst(transposed(input), [taps, sums], Math.min(m, r)),
    worst(transposed(kernel), [sums, images], m),
  )
}
