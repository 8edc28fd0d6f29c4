// Convolutions with fewer multiplications, as matrix products between images in the layout [height, width, n, c].
import { matMul, reshape, transpose, transposeLast } from '../graph/build.ts'
import { constant, type Value } from '../graph/value.ts'
import type { AxisAlgorithm } from './axis-algorithm.ts'
import type { Convolution, ConvolutionForms } from './convolution.ts'
import { type Matrix, matrix, transposed } from './matrix.ts'

const asConstant = ({ rows, columns, data }: Matrix): Value =>
  constant(Float32Array.from(data), [rows, columns])

/** Every column `times` over, side by side: what sums over tiles when it is multiplied with. */
const repeatColumns = ({ rows, columns, data }: Matrix, times: number): Matrix =>
  matrix(rows, columns * times, (row, column) => data[row * columns + Math.floor(column / times)]!)

/**
 * The three bilinear forms by one algorithm. Images are [h, w, n * c]; they are transformed one axis after the other,
 * by plain products, to [f, tile, f', tile' * n, c], where the convolution is one product of matrices for each f, f'
 * and tile. The transforms of x and dy are written alike in all forms, so that common subexpressions share them.
 */
class ToomCookForms implements ConvolutionForms {
  private readonly shapes: Convolution
  private readonly height: AxisAlgorithm
  private readonly width: AxisAlgorithm
  private readonly constants: Readonly<Record<string, Value>>

  constructor(shapes: Convolution, height: AxisAlgorithm, width: AxisAlgorithm) {
    this.shapes = shapes
    this.height = height
    this.width = width
    this.constants = {
      inputH: asConstant(height.input),
      inputW: asConstant(width.input),
      inputHT: asConstant(transposed(height.input)),
      inputWT: asConstant(transposed(width.input)),
      outputH: asConstant(height.output),
      outputW: asConstant(width.output),
      outputHT: asConstant(transposed(height.output)),
      outputWT: asConstant(transposed(width.output)),
      kernelH: asConstant(height.kernel),
      kernelW: asConstant(width.kernel),
      kernelHT: asConstant(repeatColumns(transposed(height.kernel), height.tiles)),
      kernelWT: asConstant(transposed(width.kernel)),
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
    const { products: p } = this.height
    const { products: q } = this.width
    const rows = reshape(transpose(kernel, [2, 3, 1, 0]), [kh!, kw! * c! * o!])
    const along = reshape(matMul(this.constants.kernelH!, rows), [p, kw!, c! * o!])
    return reshape(matMul(this.constants.kernelW!, along), [p, 1, q, c!, o!])
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
    const { products: p, tiles } = this.height
    const { products: q } = this.width
    const along = matMul(this.constants.kernelWT!, reshape(product, [p * tiles, q, c! * o!]))
    const rows = matMul(this.constants.kernelHT!, reshape(along, [p * tiles, kw! * c! * o!]))
    return transpose(reshape(rows, [kh!, kw!, c!, o!]), [3, 2, 0, 1])
  }
}

/** The forms by one algorithm along each axis. */
export const toomCookForms = (
  shapes: Convolution,
  height: AxisAlgorithm,
  width: AxisAlgorithm,
): ConvolutionForms => new ToomCookForms(shapes, height, width)
