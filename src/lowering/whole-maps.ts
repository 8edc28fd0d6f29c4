// Depthwise convolutions that find one place, as sums of products: they need no layout of their own, and ONNX Runtime's convolution does.
import { mul, pad, reduceSum, reshape, slice } from '../graph/build.ts'
import { convGeometry } from '../graph/conv-shape.ts'
import type { Attributes, Graph, Value } from '../graph/value.ts'
import type { Shape } from '../util/shape.ts'
import { rewrite } from './rewrite.ts'

/** Whether x [n, c, h, w] and a kernel [c, 1, kh, kw] make [n, c, 1, 1] without padding. */
function findsOnePlace(x: Shape, kernel: Shape, y: Shape, attributes: Attributes): boolean {
  const { group, pads, dilations } = convGeometry(attributes, 2)
  return (
    x.length === 4 &&
    x[1]! > 1 &&
    group === x[1] &&
    kernel[0] === group &&
    y[2] === 1 &&
    y[3] === 1 &&
    pads.every((zeros) => zeros === 0) &&
    dilations.every((dilation) => dilation === 1)
  )
}

/** The part of images that the kernel meets. */
const met = (x: Value, [, , kh, kw]: Shape): Value =>
  x.shape[2] === kh && x.shape[3] === kw
    ? x
    : slice(x, [
        { axis: 2, start: 0, end: kh! },
        { axis: 3, start: 0, end: kw! },
      ])

/** A kernel [c, 1, kh, kw] beside images. */
const beside = (kernel: Value): Value => {
  const [c, , kh, kw] = kernel.shape as [number, number, number, number]
  return reshape(kernel, [1, c, kh, kw])
}

/** Rewrites all three forms of them. */
export const sumWholeMaps = (graph: Graph): Graph =>
  rewrite(graph, ({ op, attributes, outputs: [y] }, [a, b]) => {
    if (op === 'Conv' && findsOnePlace(a!.shape, b!.shape, y!.shape, attributes))
      return [reduceSum(mul(met(a!, b!.shape), beside(b!)), { axes: [2, 3], keepdims: true })]
    if (op === 'ConvInputGradient' && findsOnePlace(y!.shape, b!.shape, a!.shape, attributes)) {
      const [, , height, width] = y!.shape as [number, number, number, number]
      const [, , kh, kw] = b!.shape as [number, number, number, number]
      return [pad(mul(a!, beside(b!)), [0, 0, 0, 0, 0, 0, height - kh, width - kw])]
    }
    if (op === 'ConvFilterGradient' && findsOnePlace(a!.shape, y!.shape, b!.shape, attributes))
      return [reshape(reduceSum(mul(met(a!, y!.shape), b!), { axes: [0] }), y!.shape)]
    return undefined
  })
