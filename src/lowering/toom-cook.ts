// Short convolutions with fewer multiplications: the bilinear algorithms of Toom, Cook and Winograd along one axis.

/** A dense matrix, row-major. */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly data: Float64Array
}

const matrix = (rows: number, columns: number, at: (row: number, column: number) => number): Matrix => {
  const data = new Float64Array(rows * columns)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) data[row * columns + column] = at(row, column)
  return { rows, columns, data }
}
export const transposed = ({ rows, columns, data }: Matrix): Matrix =>
  matrix(columns, rows, (row, column) => data[column * columns + row]!)

/** Kronecker product: rows and columns of `a` outside, of `b` inside. */
export const kronecker = (a: Matrix, b: Matrix): Matrix =>
  matrix(
    a.rows * b.rows,
    a.columns * b.columns,
    (row, column) =>
      a.data[Math.floor(row / b.rows) * a.columns + Math.floor(column / b.columns)]! *
      b.data[(row % b.rows) * b.columns + (column % b.columns)]!,
  )

/** Points at which polynomials are evaluated, besides infinity: small numbers and their inverses round least. */
const POINTS = [0, 1, -1, 2, -2, 0.5, -0.5, 4, -4, 0.25, -0.25]

/** Most products per tile and axis. Nine or more lose accuracy: F(7, 5) with eleven is 100 times less exact. */
export const MOST_POINTS = 8

/** The inverse of a square matrix by Gauss and Jordan with pivoting. */
function inverse({ rows: n, data }: Matrix): Matrix {
  const a = Array.from({ length: n }, (_, i) => [
    ...data.subarray(i * n, i * n + n),
    ...Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)),
  ])
  for (let column = 0; column < n; column++) {
    let pivot = column
    for (let row = column + 1; row < n; row++)
      if (Math.abs(a[row]![column]!) > Math.abs(a[pivot]![column]!)) pivot = row
    ;[a[column], a[pivot]] = [a[pivot]!, a[column]!]
    const scale = a[column]![column]!
    a[column] = a[column]!.map((value) => value / scale)
    for (let row = 0; row < n; row++) {
      const factor = a[row]![column]!
      if (row !== column && factor !== 0) a[row] = a[row]!.map((value, i) => value - factor * a[column]![i]!)
    }
  }
  return matrix(n, n, (row, column) => a[row]![n + column]!)
}

/**
 * F(m, r): m outputs of a correlation with r taps in m + r - 1 products,
 * y_i = sum_j d_(i+j) g_j as y = output ((kernel g) * (input d)), elementwise in the middle.
 *
 * Multiplying polynomials a and g by evaluation, products and interpolation is s = V^-1 ((E_m a) * (E_r g)), where V
 * evaluates at m + r - 1 points. The correlation is its transpose with respect to a: y = E_m^T ((E_r g) * (V^-T d)).
 *
 * @source Winograd 1980, Arithmetic Complexity of Computations; Lavin & Gray 2016, arXiv:1509.09308
 */
export function toomCook(m: number, r: number): { input: Matrix; kernel: Matrix; output: Matrix } {
  const n = m + r - 1
  const finite = POINTS.slice(0, n - 1)
  if (finite.length < n - 1)
    throw new RangeError(`F(${m}, ${r}) needs ${n} points; at most ${POINTS.length + 1} are known`)
  /** Powers of the points; the last row is infinity, which sees the leading coefficient only. */
  const evaluate = (length: number): Matrix =>
    matrix(n, length, (row, column) => (row < n - 1 ? finite[row]! ** column : column === length - 1 ? 1 : 0))
  const kernel = evaluate(r)
  const output = transposed(evaluate(m))
  const input = transposed(inverse(evaluate(n)))
  // Each product may be scaled freely: kernel and output rows get length 1, the input takes the rest.
  const norm = (numbers: Float64Array): number => Math.hypot(...numbers)
  for (let row = 0; row < n; row++) {
    const taps = kernel.data.subarray(row * r, (row + 1) * r)
    const sums = Float64Array.from({ length: m }, (_, i) => output.data[i * n + row]!)
    const [a, b] = [norm(taps), norm(sums)]
    for (let i = 0; i < r; i++) kernel.data[row * r + i]! /= a
    for (let i = 0; i < m; i++) output.data[i * n + row]! /= b
    for (let i = 0; i < n; i++) input.data[row * n + i]! *= a * b
  }
  return { input, kernel, output }
}

/** One axis of a convolution. */
export interface Axis {
  readonly input: number
  readonly output: number
  readonly kernel: number
  readonly stride: number
  /** Zeros before the input. */
  readonly begin: number
}

/**
 * One axis as matrices: `output ((kernel g) * (input x))` with `products` products for each of `tiles` tiles. Rows of
 * `input` and columns of `output` run over products, then tiles.
 */
export interface AxisAlgorithm {
  readonly products: number
  readonly tiles: number
  /** [products * tiles, input length] */
  readonly input: Matrix
  /** [products, kernel length] */
  readonly kernel: Matrix
  /** [output length, products * tiles] */
  readonly output: Matrix
}

/** Taps of each phase: with stride s, input and kernel fall into s interleaved parts that meet only each other. */
const phaseTaps = ({ kernel, stride }: Axis): number[] =>
  Array.from({ length: stride }, (_, phase) => Math.ceil((kernel - phase) / stride)).filter(
    (taps) => taps > 0,
  )

/** Products per tile of `m` outputs, or undefined when a phase needs more points than are exact. */
export function productsOf(axis: Axis, m: number): number | undefined {
  const needed = phaseTaps(axis).map((taps) => m + taps - 1)
  return Math.max(...needed) > MOST_POINTS ? undefined : needed.reduce((sum, points) => sum + points, 0)
}

/** The algorithm of an axis with tiles of `m` outputs. */
export function axisAlgorithm(axis: Axis, m: number): AxisAlgorithm {
  const tiles = Math.ceil(axis.output / m)
  const phases = phaseTaps(axis).map((taps) => ({ taps, ...toomCook(m, taps) }))
  const products = phases.reduce((sum, { input }) => sum + input.rows, 0)
  const input = new Float64Array(products * tiles * axis.input)
  const kernel = new Float64Array(products * axis.kernel)
  const output = new Float64Array(axis.output * products * tiles)
  let first = 0
  phases.forEach((phase, offset) => {
    const points = phase.input.rows
    for (let f = 0; f < points; f++) {
      for (let tap = 0; tap < phase.taps; tap++)
        kernel[(first + f) * axis.kernel + tap * axis.stride + offset] =
          phase.kernel.data[f * phase.taps + tap]!
      for (let tile = 0; tile < tiles; tile++) {
        const row = (first + f) * tiles + tile
        for (let u = 0; u < points; u++) {
          const at = (tile * m + u) * axis.stride + offset - axis.begin
          if (at >= 0 && at < axis.input) input[row * axis.input + at] = phase.input.data[f * points + u]!
        }
        for (let i = 0; i < m && tile * m + i < axis.output; i++)
          output[(tile * m + i) * products * tiles + row] = phase.output.data[i * points + f]!
      }
    }
    first += points
  })
  return {
    products,
    tiles,
    input: { rows: products * tiles, columns: axis.input, data: input },
    kernel: { rows: products, columns: axis.kernel, data: kernel },
    output: { rows: axis.output, columns: products * tiles, data: output },
  }
}
