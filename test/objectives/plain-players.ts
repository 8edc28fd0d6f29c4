// Two small players on points of the plane in plain numbers: forward passes written out, gradients by central differences.
import type { Examples } from '../../src/data/source.ts'
import { randomStream } from '../../src/util/random.ts'

export type Weights = Readonly<Record<string, Float64Array>>

/** Rows of two numbers. */
export const rowsOf = (data: ArrayLike<number>): number[][] =>
  Array.from({ length: data.length / 2 }, (_, i) => [data[2 * i]!, data[2 * i + 1]!])

const numbers = randomStream(5, 'points').fillNormal(new Float32Array(24))
/** Twelve points that real examples are drawn from. */
export const points: Examples = {
  count: 12,
  columns: { points: { shape: [2], dtype: 'float32' } },
  fill: (_, indices, out) =>
    indices.forEach((index, i) => {
      ;(out as Float32Array).set(numbers.subarray(2 * index, 2 * index + 2), 2 * i)
    }),
}

/** `dense(tanh)` and `dense-1` without an activation, on one row. */
export function plainNetwork(w: Weights, network: string, row: readonly number[]): number[] {
  const layer = (name: string, x: readonly number[]): number[] => {
    const [kernel, bias] = [w[`${network}/${name}/kernel`]!, w[`${network}/${name}/bias`]!]
    return Array.from(bias, (b, j) =>
      x.reduce((sum, value, i) => sum + value * kernel[i * bias.length + j]!, b),
    )
  }
  return layer('dense-1', layer('dense', row).map(Math.tanh))
}

export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

/** The gradient of a loss by the weights of one network, by central differences of fourth order. */
export function slopesOf(w: Weights, network: string, loss: (w: Weights) => number, h = 1e-3): Weights {
  const own = Object.entries(w).filter(([name]) => name.startsWith(`${network}/`))
  return Object.fromEntries(
    own.map(([name, values]) => [
      name,
      values.map((value, i) => {
        const at = (by: number): number =>
          loss({ ...w, [name]: values.map((v, j) => (j === i ? value + by : v)) })
        return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)
      }),
    ]),
  )
}

/** One update by gradient descent. */
export const descend = (
  w: Weights,
  network: string,
  rate: number,
  loss: (w: Weights) => number,
): Weights => ({
  ...w,
  ...Object.fromEntries(
    Object.entries(slopesOf(w, network, loss)).map(([name, slope]) => [
      name,
      w[name]!.map((value, i) => value - rate * slope[i]!),
    ]),
  ),
})
