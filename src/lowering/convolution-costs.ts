// Which way to compute a convolution: a model of what each costs, calibrated by `node scripts/convolution-costs.mjs`.
import { sizeOf } from '../util/shape.ts'
import { type Axis, type AxisAlgorithm, axisAlgorithm } from './axis-algorithm.ts'
import { backAsForward, forwardTakesBlocks } from './blocks.ts'
import { columnCounts, columnForms } from './columns.ts'
import type { Candidate, ChooseForms, Convolution, ConvolutionForm } from './convolution.ts'
import { toomCookForms } from './toom-cook-forms.ts'

// Measured inside whole training steps with ONNX Runtime on two cores with AVX-512 (docs/performance.md); only their
// ratios matter. Multiplications per second.
const DIRECT_RATE = 62e9
const PRODUCT_RATE = 72e9
/** Elements of x and y per second beside the multiplications; the filter gradient turns both around first. */
const DIRECT_ELEMENTS: Readonly<Record<ConvolutionForm, number>> = {
  Conv: 1.5e9,
  ConvInputGradient: 1.5e9,
  ConvFilterGradient: 0.3e9,
}
/** The same where kernels are fixed and the runtime works on blocks of channels; their layout is its own business. */
const BLOCKED_RATE = 84e9
const BLOCKED_ELEMENTS = 3e9
/** Elements read and written per second by products with a small matrix, which are bound by memory. */
const TRANSFORM_RATE = 4e9
/** Elements per second that change their place in gathers. */
const GATHER_RATE = 2.5e9
/** Elements per second from [n, c, h, w] to [h, w, n, c], one by one. */
const TRANSPOSE_RATE = 0.1e9
/** What an operator costs however small it is. */
const OPERATOR_SECONDS = 2e-5

/**
 * Largest product of both axes' amplifications. Direct sums in float32 are exact to 3e-7, so this keeps the largest
 * error of a layer below 1e-4 of the root mean square of its results.
 */
const MOST_AMPLIFICATION = 120
const MOST_OUTPUTS_PER_TILE = 10

const axesOf = ({ x, kernel, y, geometry }: Convolution): [Axis, Axis] => {
  const axisOf = (axis: number): Axis => ({
    input: x[axis + 2]!,
    output: y[axis + 2]!,
    kernel: kernel[axis + 2]!,
    stride: geometry.strides[axis]!,
    begin: geometry.pads[axis]!,
  })
  return [axisOf(0), axisOf(1)]
}

const takesBlocks = ({ kernel, geometry, fixed = false }: Convolution, form: ConvolutionForm): boolean =>
  fixed &&
  (form === 'Conv'
    ? forwardTakesBlocks(kernel, geometry.group)
    : form === 'ConvInputGradient' && backAsForward(kernel, geometry, fixed))

/** ONNX Runtime's own convolution, between images in the layout [n, c, h, w]. */
export function directSeconds(shapes: Convolution, form: ConvolutionForm): number {
  const { x, kernel, y } = shapes
  const multiplications = x[0]! * sizeOf(y.slice(1)) * sizeOf(kernel.slice(1))
  const elements = sizeOf(x) + sizeOf(y)
  return takesBlocks(shapes, form)
    ? multiplications / BLOCKED_RATE + elements / BLOCKED_ELEMENTS + OPERATOR_SECONDS
    : multiplications / DIRECT_RATE + elements / DIRECT_ELEMENTS[form] + OPERATOR_SECONDS
}

/** The transposes that it takes beside neighbours in the layout [h, w, n, c]. */
const layoutSeconds = ({ x, y }: Convolution): number =>
  (sizeOf(x) + sizeOf(y)) / TRANSPOSE_RATE + 2 * OPERATOR_SECONDS

function toomCookSeconds({ x, kernel, y }: Convolution, height: AxisAlgorithm, width: AxisAlgorithm): number {
  const [n, c, o] = [x[0]!, x[1]!, y[1]!]
  const [rowsH, rowsW] = [height.products * height.tiles, width.products * width.tiles]
  /** Elements that the transforms of an image along one axis and then the other read and write. */
  const moved = (h: number, w: number, channels: number): number =>
    (h * w + 2 * h * rowsW + rowsH * rowsW) * n * channels
  const products = height.products * width.products
  const kernels = (products * (height.tiles + 1) + 2 * sizeOf(kernel.slice(2))) * c * o
  const elements = moved(x[2]!, x[3]!, c) + moved(y[2]!, y[3]!, o) + kernels
  return elements / TRANSFORM_RATE + (rowsH * rowsW * n * c * o) / PRODUCT_RATE + 6 * OPERATOR_SECONDS
}

function columnSeconds(shapes: Convolution): number {
  const { n, s, many, taps, places, fewPlaces, most } = columnCounts(shapes)
  const columns = s * taps * places * n
  // Two of the three forms spread, one collects.
  const moved = (2 * columns + s * most * fewPlaces * n) / 3
  return (
    (columns * many) / PRODUCT_RATE +
    (columns + many * places * n) / TRANSFORM_RATE +
    moved / GATHER_RATE +
    6 * OPERATOR_SECONDS
  )
}

/** Algorithms of an axis with tiles of any size, exact enough for the other axis to be as inexact. */
function algorithmsOf(axis: Axis): AxisAlgorithm[] {
  const found: AxisAlgorithm[] = []
  for (let m = 1; m <= Math.min(axis.output, MOST_OUTPUTS_PER_TILE); m++)
    for (const exactness of [0, 1]) {
      const algorithm = axisAlgorithm(axis, m, exactness)
      if (algorithm && algorithm.products !== found.at(-1)?.products) found.push(algorithm)
    }
  return found
}

/** Every way that replaces the direct form. */
export function candidates(shapes: Convolution): Candidate[] {
  const { geometry, kernel, x } = shapes
  if (geometry.group !== 1 || x.length !== 4) return []
  const found: Candidate[] = [
    { name: 'columns', seconds: columnSeconds(shapes), forms: () => columnForms(shapes) },
  ]
  const plain = geometry.dilations.every((dilation) => dilation === 1)
  if (!plain || kernel.slice(2).some((length, i) => length < geometry.strides[i]!)) return found
  const [heights, widths] = axesOf(shapes).map(algorithmsOf) as [AxisAlgorithm[], AxisAlgorithm[]]
  for (const height of heights)
    for (const width of widths)
      if (height.amplification * width.amplification <= MOST_AMPLIFICATION)
        found.push({
          name: `${height.products * height.tiles} x ${width.products * width.tiles} products`,
          seconds: toomCookSeconds(shapes, height, width),
          forms: () => toomCookForms(shapes, height, width),
        })
  return found
}

/** One convolution of a graph. */
export interface ConvolutionUse {
  readonly form: ConvolutionForm
  readonly shapes: Convolution
}

/**
 * Chooses for all convolutions of a graph together: each equal set takes the way that is expected to be fastest beside
 * neighbours in the layout [h, w, n, c]; but where the direct form everywhere, which needs no layout but its own, is
 * expected to be as fast as that mixture, nothing is replaced.
 */
export function chooseForAll(uses: readonly ConvolutionUse[]): ChooseForms {
  const groups = new Map<string, ConvolutionUse[]>()
  for (const use of uses) {
    const key = JSON.stringify(use.shapes)
    groups.set(key, [...(groups.get(key) ?? []), use])
  }
  const ways = new Map<string, Candidate | undefined>()
  let [allDirect, mixed] = [0, 0]
  for (const [key, group] of groups) {
    const { shapes } = group[0]!
    const direct = group.reduce((sum, { form }) => sum + directSeconds(shapes, form), 0)
    let best = direct + group.length * layoutSeconds(shapes)
    for (const candidate of candidates(shapes))
      if (group.length * candidate.seconds < best) {
        best = group.length * candidate.seconds
        ways.set(key, candidate)
      }
    allDirect += direct
    mixed += best
  }
  return allDirect <= mixed ? () => undefined : (shapes) => ways.get(JSON.stringify(shapes))?.forms()
}
