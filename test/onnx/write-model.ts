// Writes small models node by node, as another framework would, for tests.
import type { DType, NumericArray } from '../../src/graph/value.ts'
import {
  floatAttribute,
  graphAttribute,
  intAttribute,
  intsAttribute,
  stringAttribute,
} from '../../src/onnx/attributes.ts'
import {
  type AttributeProto,
  attributeTypes,
  encodeModel,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from '../../src/onnx/proto.ts'
import { elementTypes, tensorProto } from '../../src/onnx/tensor-proto.ts'

/** An attribute: text, a whole number, a list of whole numbers, or one made by `f`, `fs`, `t` or `branch`. */
export type Given = string | number | readonly number[] | ((name: string) => AttributeProto)

export const f =
  (value: number): Given =>
  (name) =>
    floatAttribute(name, value)
export const fs =
  (floats: readonly number[]): Given =>
  (name) => ({ name, type: attributeTypes.floats, floats })
export const t =
  (proto: TensorProto): Given =>
  (name) => ({ name, type: attributeTypes.tensor, t: proto })
export const branch =
  (proto: GraphProto): Given =>
  (name) =>
    graphAttribute(name, proto)

/** A node: operator, inputs, outputs, attributes. */
export function node(
  opType: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Readonly<Record<string, Given>> = {},
  domain = '',
): NodeProto {
  const attribute = Object.entries(attributes).map(([name, given]) => {
    if (typeof given === 'function') return given(name)
    if (typeof given === 'string') return stringAttribute(name, given)
    return typeof given === 'number' ? intAttribute(name, given) : intsAttribute(name, given)
  })
  return { opType, name: `the_${opType}`, input, output, attribute, domain }
}

/** What a value is; texts are symbols. */
export const info = (
  name: string,
  shape: readonly (number | string)[] | undefined,
  dtype: DType = 'float32',
): ValueInfoProto => ({
  name,
  type: {
    tensorType: {
      elemType: elementTypes[dtype],
      ...(shape && {
        shape: { dim: shape.map((n) => (typeof n === 'string' ? { dimParam: n } : { dimValue: n })) },
      }),
    },
  },
})

/** A tensor of a file: by default real numbers of the list's length. */
export const stored = (
  name: string,
  data: NumericArray | readonly number[],
  shape: readonly number[] = [data.length],
  dtype: DType = 'float32',
): TensorProto => tensorProto(name, data, shape, dtype)

export interface Written {
  readonly nodes: readonly NodeProto[]
  readonly inputs?: readonly ValueInfoProto[]
  readonly outputs: readonly ValueInfoProto[]
  readonly initializers?: readonly TensorProto[]
  readonly opset?: number
  readonly more?: Partial<ModelProto>
}

export const writeModelBytes = ({
  nodes,
  inputs = [],
  outputs,
  initializers = [],
  opset = 17,
  more = {},
}: Written): Uint8Array =>
  encodeModel({
    irVersion: opset >= 21 ? 10 : 8,
    producerName: 'another',
    graph: { name: 'graph', node: nodes, input: inputs, output: outputs, initializer: initializers },
    opsetImport: [{ domain: '', version: opset }],
    ...more,
  })
