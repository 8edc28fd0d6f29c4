// Shapes of convolutions: [n, c, ...spatial] times [o, c / group, ...kernel] gives [n, o, ...out].
import { ShapeError } from '../util/errors.ts'
import { formatShape, type Shape } from '../util/shape.ts'
import type { Attributes } from './value.ts'

/** Attributes of a convolution with ONNX' defaults filled in. `pads` is all begins, then all ends. */
export interface ConvGeometry {
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly pads: readonly number[]
  readonly group: number
}

export function convGeometry(attributes: Attributes, spatialRank: number): ConvGeometry {
  const ones = new Array<number>(spatialRank).fill(1)
  return {
    strides: (attributes.strides as readonly number[] | undefined) ?? ones,
    dilations: (attributes.dilations as readonly number[] | undefined) ?? ones,
    pads: (attributes.pads as readonly number[] | undefined) ?? new Array<number>(2 * spatialRank).fill(0),
    group: (attributes.group as number | undefined) ?? 1,
  }
}

/** Output length of one axis. */
const outputLength = (
  input: number,
  kernel: number,
  geometry: ConvGeometry,
  axis: number,
  rank: number,
): number =>
  Math.floor(
    (input +
      geometry.pads[axis]! +
      geometry.pads[rank + axis]! -
      geometry.dilations[axis]! * (kernel - 1) -
      1) /
      geometry.strides[axis]!,
  ) + 1

export function convOutputShape(x: Shape, kernel: Shape, attributes: Attributes): number[] {
  const rank = x.length - 2
  if (rank < 1 || kernel.length !== x.length)
    throw new ShapeError(
      `expects input and kernel of one rank, 3 or more, got ${formatShape(x)} and ${formatShape(kernel)}`,
    )
  const geometry = convGeometry(attributes, rank)
  if (x[1] !== kernel[1]! * geometry.group || kernel[0]! % geometry.group !== 0)
    throw new ShapeError(
      `kernel ${formatShape(kernel)} with ${geometry.group} group(s) expects ${kernel[1]! * geometry.group} input channels, got ${x[1]} (input ${formatShape(x)})`,
    )
  const spatial = x
    .slice(2)
    .map((length, axis) => outputLength(length, kernel[axis + 2]!, geometry, axis, rank))
  if (spatial.some((length) => length < 1))
    throw new ShapeError(`kernel ${formatShape(kernel)} is larger than the padded input ${formatShape(x)}`)
  return [x[0]!, kernel[0]!, ...spatial]
}

export function convInputShape(dy: Shape, kernel: Shape, attributes: Attributes): number[] {
  const inputShape = attributes.inputShape as readonly number[]
  const forward = convOutputShape(inputShape, kernel, attributes)
  if (forward.some((length, axis) => length !== dy[axis]))
    throw new ShapeError(
      `dy ${formatShape(dy)} does not belong to an input of ${formatShape(inputShape)}: expected ${formatShape(forward)}`,
    )
  return [...inputShape]
}

export function convKernelShape(x: Shape, dy: Shape, attributes: Attributes): number[] {
  const kernelShape = attributes.kernelShape as readonly number[]
  const forward = convOutputShape(x, kernelShape, attributes)
  if (forward.some((length, axis) => length !== dy[axis]))
    throw new ShapeError(
      `dy ${formatShape(dy)} does not belong to a kernel of ${formatShape(kernelShape)}: expected ${formatShape(forward)}`,
    )
  return [...kernelShape]
}
