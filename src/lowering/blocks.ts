// Where ONNX Runtime's convolution works on blocks of channels, which is what it is fastest at.
import type { ConvGeometry } from '../graph/conv-shape.ts'
import type { Shape } from '../util/shape.ts'

/** Channels that lie together in memory. Half as many without AVX-512. */
const BLOCK = 16
/** Channels of an ungrouped convolution are filled up to blocks, but only multiples of these. */
const PART = 4

/** Channels of one group, on the side that is read and on the side that is made. */
interface Channels {
  readonly read: number
  readonly made: number
  readonly group: number
}

/** Whether a convolution whose kernel is the same in every run takes blocks: elsewhere each image and group is a small product. */
const takesBlocks = ({ read, made, group }: Channels): boolean =>
  group === 1
    ? made % PART === 0 && (read < BLOCK || read % PART === 0)
    : (read === 1 && made === 1) || (read % BLOCK === 0 && made % BLOCK === 0)

/** Whether the convolution with a fixed kernel [o, c / group, ...] takes blocks. */
export const forwardTakesBlocks = (kernel: Shape, group: number): boolean =>
  takesBlocks({ read: kernel[1]!, made: kernel[0]! / group, group })

/**
 * Whether the gradient to the input is faster as a convolution of dy with the kernel turned around than as a transposed one.
 *
 * In groups it nearly always is: 1.1 to 12 times as fast, except where several filters read one channel, which is a draw.
 * A 1x1 kernel only has to be transposed, and the convolution is up to twice as fast.
 * Otherwise only where the runtime works on blocks: 1.1 to 2 times as fast, where kernels that change give 0.3 to 1.2
 * (`docs/LOG.md`).
 */
export function backAsForward(kernel: Shape, geometry: ConvGeometry, fixed: boolean): boolean {
  const { strides, group } = geometry
  if (strides.some((stride) => stride !== 1) || padsBack(kernel, geometry) === undefined) return false
  const [read, made] = [kernel[0]! / group, kernel[1]!]
  if (group > 1) return made > 1 || read === 1
  if (kernel.slice(2).every((length) => length === 1)) return true
  return fixed && takesBlocks({ read, made, group })
}

/** Zeros around dy so that every place of x meets all the taps that have read it; undefined where x is padded further than a kernel reaches. */
export function padsBack(kernel: Shape, { dilations, pads }: ConvGeometry): number[] | undefined {
  const rank = dilations.length
  const back = pads.map((pad, i) => dilations[i % rank]! * (kernel[2 + (i % rank)]! - 1) - pad)
  return back.some((pad) => pad < 0) ? undefined : back
}
