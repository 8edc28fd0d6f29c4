// Two-dimensional convolutions as matrix products with fewer multiplications, in the layout [height, width, n, c].
import { matMul, reshape, transpose, transposeLast } from '../graph/build.ts'
import { type ConvGeometry, convGeometry } from '../graph/conv-shape.ts'
import { type Attributes, constant, type Graph, type Value } from '../graph/value.ts'
import { type Shape, sizeOf } from '../util/shape.ts'
import { rewrite } from './rewrite.ts'
import {
  type Axis,
  type AxisAlgorithm,
  axisAlgorithm,
  kronecker,
  type Matrix,
  productsOf,
  transposed,
} from './toom-cook.ts'

/** A convolution [n, c, h, w] to [n, o, h', w'], described by its shapes. */
export interface Convolution {
  readonly x: Shape
  readonly kernel: Shape
  readonly y: Shape
  readonly geometry: ConvGeometry
}

const axesOf = ({ x, kernel, y, geometry }: Convolution): Axis[] =>
  [0, 1].map((axis) => ({
    input: x[axis + 2]!,
    output: y[axis + 2]!,
    kernel: kernel[axis + 2]!,
    stride: geometry.strides[axis]!,
    begin: geometry.pads[axis]!,
  }))

// Measured with ONNX Runtime on two cores with AVX-512; only their ratios matter. Rates in multiplications per second.
const DIRECT_RATE = 105e9
const PRODUCT_RATE = 120e9
/** Products whose shorter side is small are bound by memory. */
const TRANSFORM_RATE = 50e9
/** Elements per second. */
const TRANSPOSE_RATE = 0.5e9
/** Time of the three to four operators of the fast form. */
const OVERHEAD_SECONDS = 1e-4

/** Seconds that one form of a convolution takes the fast way, with tiles of m outputs along each axis. */
function fastSeconds(
  { x, kernel, y }: Convolution,
  [h, w]: readonly { products: number; tiles: number }[],
): number {
  const [n, c, o] = [x[0]!, x[1]!, y[1]!]
  const [rowsH, rowsW] = [h!.products * h!.tiles, w!.products * w!.tiles]
  /** Both axes of an image with `channels`, by products. */
  const spread = (height: number, width: number, channels: number): number =>
    (height * width * rowsW + height * rowsH * rowsW) * n * channels
  const transforms =
    spread(x[2]!, x[3]!, c) +
    spread(y[2]!, y[3]!, o) +
    h!.products * w!.products * kernel[2]! * kernel[3]! * c * o
  return transforms / TRANSFORM_RATE + (rowsH * rowsW * n * c * o) / PRODUCT_RATE + OVERHEAD_SECONDS
}
const directSeconds = ({ x, kernel, y }: Convolution): number =>
  (x[0]! * sizeOf(y.slice(1)) * sizeOf(kernel.slice(1))) / DIRECT_RATE +
  // The runtime's own convolution wants channels before pixels, its neighbours want them last.
  (sizeOf(x) + sizeOf(y)) / TRANSPOSE_RATE

/** The best tile sizes for a convolution, or undefined where the direct form is expected to be as fast. */
export function chooseTiles(convolution: Convolution): number[] | undefined {
  const { geometry, kernel, x } = convolution
  const plain = geometry.group === 1 && geometry.dilations.every((dilation) => dilation === 1)
  if (!plain || x.length !== 4 || kernel.slice(2).some((length, i) => length < geometry.strides[i]!))
    return undefined
  const axes = axesOf(convolution)
  let best = directSeconds(convolution)
  let found: number[] | undefined
  for (let a = 1; a <= 8; a++)
    for (let b = 1; b <= 8; b++) {
      const [p, q] = [productsOf(axes[0]!, a), productsOf(axes[1]!, b)]
      if (p === undefined || q === undefined) continue
      const seconds = fastSeconds(convolution, [
        { products: p, tiles: Math.ceil(axes[0]!.output / a) },
        { products: q, tiles: Math.ceil(axes[1]!.output / b) },
      ])
      if (seconds < best) {
        best = seconds
        found = [a, b]
      }
    }
  return found
}

const asConstant = ({ rows, columns, data }: Matrix): Value =>
  constant(Float32Array.from(data), [rows, columns])

/** Columns of [rows, f * f2] repeated for every tile of the first axis: [rows, f * tiles * f2]. */
function repeatTiles({ rows, columns, data }: Matrix, tiles: number, inner: number): Matrix {
  const out = new Float64Array(rows * columns * tiles)
  let target = 0
  for (let row = 0; row < rows; row++)
    for (let first = 0; first < columns; first += inner)
      for (let tile = 0; tile < tiles; tile++) {
        out.set(data.subarray(row * columns + first, row * columns + first + inner), target)
        target += inner
      }
  return { rows, columns: columns * tiles, data: out }
}

/**
 * The three bilinear forms by one algorithm. Images are [h, w, n * c]; they are transformed one axis after the other,
 * by plain products, to [f, tile, f', tile' * n, c], where the convolution is one product of matrices for each f, f'
 * and tile. The transforms of x and dy are written alike in all forms, so that common subexpressions share them.
 */
class FastForms {
  private readonly shapes: Convolution
  private readonly height: AxisAlgorithm
  private readonly width: AxisAlgorithm
  private readonly constants: Readonly<Record<string, Value>>

  constructor(shapes: Convolution, tiles: readonly number[]) {
    this.shapes = shapes
    const [h, w] = axesOf(shapes).map((axis, i) => axisAlgorithm(axis, tiles[i]!))
    this.height = h!
    this.width = w!
    const kernel = kronecker(h!.kernel, w!.kernel)
    this.constants = {
      inputH: asConstant(h!.input),
      inputW: asConstant(w!.input),
      inputHT: asConstant(transposed(h!.input)),
      inputWT: asConstant(transposed(w!.input)),
      outputH: asConstant(h!.output),
      outputW: asConstant(w!.output),
      outputHT: asConstant(transposed(h!.output)),
      outputWT: asConstant(transposed(w!.output)),
      kernel: asConstant(kernel),
      kernelT: asConstant(repeatTiles(transposed(kernel), h!.tiles, w!.products)),
    }
  }

  /** [n, c, h, w] to [f, tile, f', tile' * n, c] by the two matrices. */
  private spread(image: Value, alongH: Value, alongW: Value): Value {
    const [n, c, h, w] = image.shape
    const rows = reshape(transpose(image, [2, 3, 0, 1]), [h!, w!, n! * c!])
    const across = reshape(matMul(alongW, rows), [h!, alongW.shape[0]! * n! * c!])
    const { products, tiles } = this.width
    return reshape(matMul(alongH, across), [
      this.height.products,
      this.height.tiles,
      products,
      tiles * n!,
      c!,
    ])
  }
  /** Back from [f, tile, f', tile' * n, c] to [n, c, h, w]. */
  private gather(value: Value, alongH: Value, alongW: Value): Value {
    const [n, c] = [this.shapes.x[0]!, value.shape[4]!]
    const [h, w] = [alongH.shape[0]!, alongW.shape[0]!]
    const columns = alongW.shape[1]!
    const across = matMul(alongH, reshape(value, [alongH.shape[1]!, columns * n * c]))
    const rows = matMul(alongW, reshape(across, [h, columns, n * c]))
    return transpose(reshape(rows, [h, w, n, c]), [2, 3, 0, 1])
  }
  private spreadX(x: Value): Value {
    return this.spread(x, this.constants.inputH!, this.constants.inputW!)
  }
  private spreadDy(dy: Value): Value {
    return this.spread(dy, this.constants.outputHT!, this.constants.outputWT!)
  }
  /** [f, 1, f', c, o] */
  private spreadKernel(kernel: Value): Value {
    const [o, c, kh, kw] = this.shapes.kernel
    const taps = reshape(transpose(kernel, [2, 3, 1, 0]), [kh! * kw!, c! * o!])
    return reshape(matMul(this.constants.kernel!, taps), [
      this.height.products,
      1,
      this.width.products,
      c!,
      o!,
    ])
  }

  forward(x: Value, kernel: Value): Value {
    const product = matMul(this.spreadX(x), this.spreadKernel(kernel))
    return this.gather(product, this.constants.outputH!, this.constants.outputW!)
  }
  inputGradient(dy: Value, kernel: Value): Value {
    const product = matMul(this.spreadDy(dy), transposeLast(this.spreadKernel(kernel)))
    return this.gather(product, this.constants.inputHT!, this.constants.inputWT!)
  }
  filterGradient(x: Value, dy: Value): Value {
    const [o, c, kh, kw] = this.shapes.kernel
    const product = matMul(transposeLast(this.spreadX(x)), this.spreadDy(dy)) // [f, tile, f', c, o]
    const flat = reshape(product, [this.constants.kernelT!.shape[1]!, c! * o!])
    return transpose(reshape(matMul(this.constants.kernelT!, flat), [kh!, kw!, c!, o!]), [3, 2, 0, 1])
  }
}

/**
 * Uses the fast form for every float32 convolution for which it is expected to win.
 *
 * @param choose  outputs per tile along both axes, or undefined for the direct form; default: by a model of the cost
 */
export function fastConvolutions(
  graph: Graph,
  choose: (convolution: Convolution) => readonly number[] | undefined = chooseTiles,
): Graph {
  const known = new Map<string, FastForms | undefined>()
  const formsOf = (x: Shape, kernel: Shape, y: Shape, attributes: Attributes): FastForms | undefined => {
    const geometry = convGeometry(attributes, x.length - 2)
    const shapes = { x, kernel, y, geometry }
    const key = JSON.stringify(shapes)
    if (!known.has(key)) {
      const tiles = choose(shapes)
      known.set(key, tiles && new FastForms(shapes, tiles))
    }
    return known.get(key)
  }
  return rewrite(graph, (node, [a, b]) => {
    const { attributes, outputs } = node
    const y = outputs[0]!
    if (y.dtype !== 'float32') return undefined
    if (node.op === 'Conv') {
      const forms = formsOf(a!.shape, b!.shape, y.shape, attributes)
      return forms && [forms.forward(a!, b!)]
    }
    if (node.op === 'ConvInputGradient') {
      const forms = formsOf(y.shape, b!.shape, a!.shape, attributes)
      return forms && [forms.inputGradient(a!, b!)]
    }
    if (node.op === 'ConvFilterGradient') {
      const forms = formsOf(a!.shape, y.shape, b!.shape, attributes)
      return forms && [forms.filterGradient(a!, b!)]
    }
    return undefined
  })
}
