// Small classifiers as files, for tests: 4 by 4 images, three classes, one layer, whatever stands before and behind it.
import type { DType } from '../../src/graph/value.ts'
import type { NodeProto, TensorProto, ValueInfoProto } from '../../src/onnx/proto.ts'
import { randomStream } from '../../src/util/random.ts'
import { info, node, stored, type Written, writeModelBytes } from '../onnx/write-model.ts'

export const SIZE = 16
export const CLASSES = 3
export const weights = randomStream(5, 'files').fillNormal(new Float32Array(SIZE * CLASSES))
export const bias = Float32Array.of(0.3, -0.2, 0.1)

/** Logits of one image, by plain arithmetic; `order` says which pixel each weight meets. */
export const plainLogits = (image: ArrayLike<number>, order: (i: number) => number = (i) => i): number[] =>
  Array.from({ length: CLASSES }, (_, k) => {
    let sum = bias[k]!
    for (let i = 0; i < SIZE; i++) sum += image[order(i)]! * weights[i * CLASSES + k]!
    return sum
  })

export const images = (count: number, size = SIZE): Float32Array =>
  randomStream(6, 'images').fillUniform(new Float32Array(count * size))

export interface Around {
  /** Shape of the input; default `['N', 1, 4, 4]`. */
  readonly input?: readonly (number | string)[]
  readonly inputType?: DType
  /** Nodes from `x` to `taken`; default a Flatten. */
  readonly before?: readonly NodeProto[]
  /** Nodes from `logits` on. */
  readonly after?: readonly NodeProto[]
  /** Default: `logits` [N, 3] of real numbers. */
  readonly outputs?: readonly ValueInfoProto[]
  readonly tensors?: readonly TensorProto[]
  readonly opset?: number
  readonly more?: Written['more']
}

export function file({
  input = ['N', 1, 4, 4],
  inputType = 'float32',
  before = [node('Flatten', ['x'], ['taken'])],
  after = [],
  outputs = [info('logits', ['N', 3])],
  tensors = [],
  opset = 17,
  more = {},
}: Around = {}): Uint8Array {
  const nodes = [
    ...before,
    node('MatMul', ['taken', 'weights'], ['product']),
    node('Add', ['product', 'bias'], ['logits']),
    ...after,
  ]
  return writeModelBytes({
    inputs: [info('x', input, inputType)],
    outputs,
    // Names must differ: the second Cast is `the_Cast_2`.
    nodes: nodes.map((one, i) => {
      const before = nodes.slice(0, i).filter(({ opType }) => opType === one.opType).length
      return before === 0 ? one : { ...one, name: `${one.name}_${before + 1}` }
    }),
    initializers: [stored('weights', weights, [SIZE, CLASSES]), stored('bias', bias), ...tensors],
    opset,
    more,
  })
}
