// One axis of a convolution as three small matrices: tiles of outputs, phases of strides, zeros around.
import { leastFactors } from './factors.ts'
import type { Matrix } from './matrix.ts'
import { amplification, toomCook } from './toom-cook.ts'

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
  /** How much more than a direct sum it rounds, about; 1 or more. See `amplification`. */
  readonly amplification: number
}

/** Taps of each phase: with stride s, input and kernel fall into s interleaved parts that meet only each other. */
const phaseTaps = ({ kernel, stride }: Axis): number[] =>
  Array.from({ length: stride }, (_, phase) => Math.ceil((kernel - phase) / stride)).filter(
    (taps) => taps > 0,
  )

/**
 * The algorithm of an axis with tiles of `m` outputs, or undefined when none is known for so many.
 *
 * @param exactness  0 for the fewest products, 1 for more of them and less rounding
 */
export function axisAlgorithm(axis: Axis, m: number, exactness = 0): AxisAlgorithm | undefined {
  const tiles = Math.ceil(axis.output / m)
  const phases: ({ taps: number } & ReturnType<typeof toomCook>)[] = []
  for (const taps of phaseTaps(axis)) {
    const factors = leastFactors(m + taps - 1, exactness)
    if (!factors) return undefined
    phases.push({ taps, ...toomCook(m, taps, factors) })
  }
  const products = phases.reduce((sum, { input }) => sum + input.rows, 0)
  const input = new Float64Array(products * tiles * axis.input)
  const kernel = new Float64Array(products * axis.kernel)
  const output = new Float64Array(axis.output * products * tiles)
  let first = 0
  phases.forEach((phase, offset) => {
    const { rows, columns: reach } = phase.input
    for (let f = 0; f < rows; f++) {
      for (let tap = 0; tap < phase.taps; tap++)
        kernel[(first + f) * axis.kernel + tap * axis.stride + offset] =
          phase.kernel.data[f * phase.taps + tap]!
      for (let tile = 0; tile < tiles; tile++) {
        const row = (first + f) * tiles + tile
        for (let u = 0; u < reach; u++) {
          const at = (tile * m + u) * axis.stride + offset - axis.begin
          if (at >= 0 && at < axis.input) input[row * axis.input + at] = phase.input.data[f * reach + u]!
        }
        for (let i = 0; i < m && tile * m + i < axis.output; i++)
          output[(tile * m + i) * products * tiles + row] = phase.output.data[i * rows + f]!
      }
    }
    first += rows
  })
  return {
    products,
    tiles,
    input: { rows: products * tiles, columns: axis.input, data: input },
    kernel: { rows: products, columns: axis.kernel, data: kernel },
    output: { rows: axis.output, columns: products * tiles, data: output },
    amplification: Math.max(...phases.map(amplification)),
  }
}
