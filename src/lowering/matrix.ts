// Small dense matrices in float64, for the algorithms that lowering writes into graphs as constants.

/** A dense matrix, row-major. */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly data: Float64Array
}

export const matrix = (
  rows: number,
  columns: number,
  at: (row: number, column: number) => number,
): Matrix => {
  const data = new Float64Array(rows * columns)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) data[row * columns + column] = at(row, column)
  return { rows, columns, data }
}

export const transposed = ({ rows, columns, data }: Matrix): Matrix =>
  matrix(columns, rows, (row, column) => data[column * columns + row]!)

export const product = (a: Matrix, b: Matrix): Matrix =>
  matrix(a.rows, b.columns, (row, column) => {
    let sum = 0
    for (let i = 0; i < a.columns; i++) sum += a.data[row * a.columns + i]! * b.data[i * b.columns + column]!
    return sum
  })

/** The inverse of a square matrix by Gauss and Jordan with pivoting. */
export function inverse({ rows: n, data }: Matrix): Matrix {
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

/** Euclidean length of each row. */
export const rowNorms = ({ rows, columns, data }: Matrix): number[] =>
  Array.from({ length: rows }, (_, row) => Math.hypot(...data.subarray(row * columns, (row + 1) * columns)))
