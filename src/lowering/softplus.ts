// Softplus of many numbers from operators that ONNX Runtime spreads over threads; its own runs on one.
import { abs, log, relu, sigmoid, sub } from '../graph/build.ts'
import type { Graph } from '../graph/value.ts'
import { sizeOf } from '../util/shape.ts'
import { rewrite } from './rewrite.ts'

/** Below this many elements one operator is faster than five. */
const LEAST_ELEMENTS = 65_536

/** log(1 + exp x) = max(x, 0) - log(sigmoid |x|), where nothing overflows and the sigmoid lies between a half and 1. */
export const splitSoftplus = (graph: Graph): Graph =>
  rewrite(graph, (node, [x]) =>
    node.op === 'Softplus' && x!.dtype === 'float32' && sizeOf(x!.shape) >= LEAST_ELEMENTS
      ? [sub(relu(x!), log(sigmoid(abs(x!))))]
      : undefined,
  )
