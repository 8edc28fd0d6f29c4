// Convolutions between few channels and many as one matrix product: every tap of the few channels becomes a row.
import { matMul, reshape, transpose, transposeLast } from '../graph/build.ts'
import { apply } from '../graph/ops.ts'
import { constant, type Value } from '../graph/value.ts'
import { type Shape, sizeOf } from '../util/shape.ts'
import type { Convolution, ConvolutionForms } from './convolution.ts'

/**
 * For each tap and each place of the images with many channels, the place of the other images that the tap meets there,
 * or -1 outside them: [taps, places].
 */
function meetings({ x, kernel, y, geometry }: Convolution, few: 'x' | 'y'): Int32Array {
  const [h, w] = x.slice(2) as [number, number]
  const [outH, outW] = y.slice(2) as [number, number]
  const [kh, kw] = kernel.slice(2) as [number, number]
  const { strides, dilations, pads } = geometry
  const places = few === 'x' ? outH * outW : h * w
  const found = new Int32Array(kh * kw * places).fill(-1)
  for (let tapH = 0; tapH < kh; tapH++)
    for (let tapW = 0; tapW < kw; tapW++)
      for (let row = 0; row < outH; row++)
        for (let column = 0; column < outW; column++) {
          const [i, j] = [
            row * strides[0]! + tapH * dilations[0]! - pads[0]!,
            column * strides[1]! + tapW * dilations[1]! - pads[1]!,
          ]
          if (i < 0 || i >= h || j < 0 || j >= w) continue
          const [inside, outside] = [i * w + j, row * outW + column]
          const [place, other] = few === 'x' ? [outside, inside] : [inside, outside]
          found[(tapH * kw + tapW) * places + place] = other
        }
  return found
}

/** For each of `count` places the entries of a list that name it, -1 where there are no more: [most, count]. */
function whereNamed(list: Int32Array, count: number): { most: number; entries: Int32Array } {
  const named: number[][] = Array.from({ length: count }, () => [])
  list.forEach((place, i) => {
    if (place >= 0) named[place]!.push(i)
  })
  const most = Math.max(1, ...named.map(({ length }) => length))
  const entries = new Int32Array(most * count).fill(-1)
  for (const [place, indices] of named.entries())
    for (const [i, index] of indices.entries()) entries[i * count + place] = index
  return { most, entries }
}

const indices = (list: Int32Array, absent: number): Value =>
  constant(
    Float64Array.from(list, (index) => (index < 0 ? absent : index)),
    [list.length],
    'int64',
  )

/** A list over one image with `rows` places, repeated for `count` images below each other; -1 stays -1. */
function repeated(list: Int32Array, rows: number, count: number): Int32Array {
  const out = new Int32Array(count * list.length)
  for (let image = 0; image < count; image++)
    list.forEach((index, i) => {
      out[image * list.length + i] = index < 0 ? -1 : index + image * rows
    })
  return out
}

/**
 * The three forms as matrix products. The images with few channels (s of them) are spread to [s * taps, places * n],
 * which meets the kernel [s * taps, many] and the other images [places * n, many]; what such a product gives is
 * collected again by summing the up to `most` numbers that fall on one place.
 */
class ColumnForms implements ConvolutionForms {
  private readonly shapes: Convolution
  private readonly few: Side
  private readonly counts: Counts
  /** [s * taps * places]: rows of the images with few channels; the row after them is zero. */
  private readonly spreading: Value
  /** [s * most * places of the few]: rows of [(s * taps + 1) * places, n], where the rows of the last tap are zero. */
  private readonly collecting: Value
  /** [1, most] */
  private readonly ones: Value

  constructor(shapes: Convolution) {
    this.shapes = shapes
    this.few = fewSide(shapes)
    const met = meetings(shapes, this.few)
    this.counts = columnCounts(shapes)
    const { s, taps, places, fewPlaces } = this.counts
    const named = whereNamed(met, fewPlaces)
    this.spreading = indices(repeated(met, fewPlaces, s), s * fewPlaces)
    this.collecting = indices(repeated(named.entries, taps * places, s), s * taps * places)
    this.ones = constant(new Float32Array(named.most).fill(1), [1, named.most])
  }

  /** [n, s, h, w] to [s * taps, places * n]. */
  private spread(image: Value): Value {
    const { s, taps, places, fewPlaces, n } = this.counts
    const rows = reshape(transpose(image, [1, 2, 3, 0]), [s * fewPlaces, n])
    const padded = apply('Concat', [rows, zeros(n)], { axis: 0 })
    return reshape(apply('Gather', [padded, this.spreading], { axis: 0 }), [s * taps, places * n])
  }
  /** From [n, many, h, w] and a kernel to [n, s, h, w]. */
  private reduce(image: Value, kernel: Value, [, , h, w]: Shape): Value {
    const { s, taps, places, fewPlaces, n, many } = this.counts
    const taken = apply('Concat', [this.kernelRows(kernel), zeros(many)], { axis: 0 })
    const columns = reshape(matMul(taken, transposeLast(this.flat(image))), [(s * taps + 1) * places, n])
    const most = this.ones.shape[1]!
    const gathered = reshape(apply('Gather', [columns, this.collecting], { axis: 0 }), [
      s,
      most,
      fewPlaces * n,
    ])
    return transpose(reshape(matMul(this.ones, gathered), [s, h!, w!, n]), [3, 0, 1, 2])
  }
  /** From [n, s, h, w] and a kernel to [n, many, h, w]. */
  private enlarge(image: Value, kernel: Value, [n, many, h, w]: Shape): Value {
    const rows = matMul(transposeLast(this.spread(image)), this.kernelRows(kernel))
    return transpose(reshape(rows, [h!, w!, n!, many!]), [2, 3, 0, 1])
  }
  /** [n, many, h, w] to [places * n, many]. */
  private flat(image: Value): Value {
    const { places, n, many } = this.counts
    return reshape(transpose(image, [2, 3, 0, 1]), [places * n, many])
  }
  /** [o, c, kh, kw] to [s * taps, many]. */
  private kernelRows(kernel: Value): Value {
    const { s, taps, many } = this.counts
    return reshape(transpose(kernel, this.few === 'x' ? [1, 2, 3, 0] : [0, 2, 3, 1]), [s * taps, many])
  }

  forward(x: Value, kernel: Value): Value {
    const { y } = this.shapes
    return this.few === 'x' ? this.enlarge(x, kernel, y) : this.reduce(x, kernel, y)
  }
  inputGradient(dy: Value, kernel: Value): Value {
    const { x } = this.shapes
    return this.few === 'x' ? this.reduce(dy, kernel, x) : this.enlarge(dy, kernel, x)
  }
  filterGradient(x: Value, dy: Value): Value {
    const [o, c, kh, kw] = this.shapes.kernel as [number, number, number, number]
    if (this.few === 'x') {
      const rows = reshape(matMul(this.spread(x), this.flat(dy)), [c, kh, kw, o])
      return transpose(rows, [3, 0, 1, 2])
    }
    return transpose(reshape(matMul(this.spread(dy), this.flat(x)), [o, kh, kw, c]), [0, 3, 1, 2])
  }
}

type Side = 'x' | 'y'
/** The side of a convolution with fewer channels. */
const fewSide = ({ kernel }: Convolution): Side => (kernel[1]! <= kernel[0]! ? 'x' : 'y')

interface Counts {
  readonly n: number
  /** Channels of the one side and of the other. */
  readonly s: number
  readonly many: number
  readonly taps: number
  /** Places of the side with many channels, and of the one with few. */
  readonly places: number
  readonly fewPlaces: number
  /** Taps that can fall on one place. */
  readonly most: number
}
export function columnCounts(shapes: Convolution): Counts {
  const few = fewSide(shapes)
  const [small, large] = [shapes[few], shapes[few === 'x' ? 'y' : 'x']]
  const { strides, dilations } = shapes.geometry
  const tapsPerPlace = shapes.kernel
    .slice(2)
    .map((length, i) =>
      few === 'y' ? length : Math.ceil(length / (strides[i]! / gcd(strides[i]!, dilations[i]!))),
    )
  return {
    n: shapes.x[0]!,
    s: small[1]!,
    many: large[1]!,
    taps: sizeOf(shapes.kernel.slice(2)),
    places: sizeOf(large.slice(2)),
    fewPlaces: sizeOf(small.slice(2)),
    most: sizeOf(tapsPerPlace),
  }
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))
const zeros = (length: number): Value => constant(new Float32Array(length), [1, length])

export const columnForms = (shapes: Convolution): ConvolutionForms => new ColumnForms(shapes)
