// The messages of onnx.proto that we read and write.

import { decode, encode, type Message, many, one } from '../formats/wire.ts'
import { DataError, messageOf } from '../util/errors.ts'

export interface StringStringEntryProto {
  readonly key?: string
  readonly value?: string
}
export interface OperatorSetIdProto {
  readonly domain?: string
  readonly version?: number
}
export interface TensorProto {
  readonly dims: readonly number[]
  readonly dataType?: number
  readonly floatData?: readonly number[]
  readonly int32Data?: readonly number[]
  readonly stringData?: readonly Uint8Array[]
  readonly int64Data?: readonly number[]
  readonly name?: string
  readonly rawData?: Uint8Array
  readonly doubleData?: readonly number[]
  readonly uint64Data?: readonly number[]
  readonly docString?: string
  readonly externalData?: readonly StringStringEntryProto[]
  /** 0: in the message; 1: in another file. */
  readonly dataLocation?: number
}
export interface DimensionProto {
  readonly dimValue?: number
  readonly dimParam?: string
}
export interface TypeProto {
  readonly tensorType?: {
    readonly elemType?: number
    readonly shape?: { readonly dim: readonly DimensionProto[] }
  }
}
export interface ValueInfoProto {
  readonly name?: string
  readonly type?: TypeProto
  readonly docString?: string
}
export interface AttributeProto {
  readonly name?: string
  readonly type?: number
  readonly f?: number
  readonly i?: number
  readonly s?: Uint8Array
  readonly t?: TensorProto
  readonly g?: GraphProto
  readonly floats?: readonly number[]
  readonly ints?: readonly number[]
  readonly strings?: readonly Uint8Array[]
  readonly tensors?: readonly TensorProto[]
  readonly graphs?: readonly GraphProto[]
  readonly refAttrName?: string
}
export interface NodeProto {
  readonly input: readonly string[]
  readonly output: readonly string[]
  readonly name?: string
  readonly opType?: string
  readonly attribute?: readonly AttributeProto[]
  readonly docString?: string
  readonly domain?: string
}
export interface GraphProto {
  readonly node: readonly NodeProto[]
  readonly name?: string
  readonly initializer?: readonly TensorProto[]
  readonly docString?: string
  readonly input: readonly ValueInfoProto[]
  readonly output: readonly ValueInfoProto[]
  readonly valueInfo?: readonly ValueInfoProto[]
  /** Only whether there are any matters to us. */
  readonly sparseInitializer?: readonly unknown[]
}
export interface FunctionProto {
  readonly name?: string
  readonly input: readonly string[]
  readonly output: readonly string[]
  readonly attribute: readonly string[]
  readonly attributeProto: readonly AttributeProto[]
  readonly node: readonly NodeProto[]
  readonly opsetImport: readonly OperatorSetIdProto[]
  readonly domain?: string
}
export interface ModelProto {
  readonly irVersion?: number
  readonly producerName?: string
  readonly producerVersion?: string
  readonly domain?: string
  readonly modelVersion?: number
  readonly docString?: string
  readonly graph?: GraphProto
  readonly opsetImport: readonly OperatorSetIdProto[]
  readonly metadataProps?: readonly StringStringEntryProto[]
  readonly functions?: readonly FunctionProto[]
}

/** TensorProto.DataType. */
export const dataTypes = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  double: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const

/** AttributeProto.AttributeType. */
export const attributeTypes = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  tensors: 9,
  graphs: 10,
} as const

const entry: Message = { key: one(1, 'string'), value: one(2, 'string') }
const operatorSet: Message = { domain: one(1, 'string'), version: one(2, 'int64') }
const tensor: Message = {
  dims: many(1, 'int64'),
  dataType: one(2, 'int32'),
  floatData: many(4, 'float', { packed: true }),
  int32Data: many(5, 'int32', { packed: true }),
  stringData: many(6, 'bytes'),
  int64Data: many(7, 'int64', { packed: true }),
  name: one(8, 'string'),
  rawData: one(9, 'bytes'),
  doubleData: many(10, 'double', { packed: true }),
  uint64Data: many(11, 'uint64', { packed: true }),
  docString: one(12, 'text'),
  externalData: many(13, () => entry),
  dataLocation: one(14, 'int32'),
}
const dimension: Message = { dimValue: one(1, 'int64'), dimParam: one(2, 'string') }
const shape: Message = { dim: many(1, () => dimension) }
const tensorType: Message = { elemType: one(1, 'int32'), shape: one(2, () => shape) }
const type: Message = { tensorType: one(1, () => tensorType) }
const valueInfo: Message = { name: one(1, 'string'), type: one(2, () => type), docString: one(3, 'text') }
const attribute: Message = {
  name: one(1, 'string'),
  f: one(2, 'float'),
  i: one(3, 'int64'),
  s: one(4, 'bytes'),
  t: one(5, () => tensor),
  g: one(6, () => graph),
  floats: many(7, 'float'),
  ints: many(8, 'int64'),
  strings: many(9, 'bytes'),
  tensors: many(10, () => tensor),
  graphs: many(11, () => graph),
  type: one(20, 'int32'),
  refAttrName: one(21, 'string'),
}
const node: Message = {
  input: many(1, 'string'),
  output: many(2, 'string'),
  name: one(3, 'string'),
  opType: one(4, 'string'),
  attribute: many(5, () => attribute),
  docString: one(6, 'text'),
  domain: one(7, 'string'),
}
const graph: Message = {
  node: many(1, () => node),
  name: one(2, 'string'),
  initializer: many(5, () => tensor),
  docString: one(10, 'text'),
  input: many(11, () => valueInfo),
  output: many(12, () => valueInfo),
  valueInfo: many(13, () => valueInfo),
  sparseInitializer: many(15, 'bytes'),
}
const functionMessage: Message = {
  name: one(1, 'string'),
  input: many(4, 'string'),
  output: many(5, 'string'),
  attribute: many(6, 'string'),
  node: many(7, () => node),
  opsetImport: many(9, () => operatorSet),
  domain: one(10, 'string'),
  attributeProto: many(11, () => attribute),
}
const model: Message = {
  irVersion: one(1, 'int64'),
  producerName: one(2, 'text'),
  producerVersion: one(3, 'text'),
  domain: one(4, 'string'),
  modelVersion: one(5, 'int64'),
  docString: one(6, 'text'),
  graph: one(7, () => graph),
  opsetImport: many(8, () => operatorSet),
  metadataProps: many(14, () => entry),
  functions: many(25, () => functionMessage),
}

/**
 * Reads the bytes of an .onnx file.
 *
 * @throws DataError when they are not a model: truncated, empty or something else
 */
export function decodeModel(bytes: Uint8Array): ModelProto & { readonly graph: GraphProto } {
  let decoded: ModelProto
  try {
    decoded = decode(model, bytes) as unknown as ModelProto
  } catch (error) {
    throw new DataError(
      `these ${bytes.length} bytes are not a complete ONNX model (${messageOf(error)}); the file is truncated, damaged or of another kind`,
    )
  }
  const missing = !decoded.graph
    ? 'a graph'
    : decoded.opsetImport.length === 0
      ? 'an operator set'
      : decoded.graph.output.length === 0
        ? 'an output'
        : undefined
  if (missing)
    throw new DataError(
      `these ${bytes.length} bytes are not a complete ONNX model: they have no part that is ${missing}; the file is truncated, damaged or of another kind`,
    )
  return decoded as ModelProto & { readonly graph: GraphProto }
}

/** A tensor of a file, from its bytes and to them. */
export const decodeTensor = (bytes: Uint8Array): TensorProto =>
  decode(tensor, bytes) as unknown as TensorProto
export const encodeTensor = (value: TensorProto): Uint8Array =>
  encode(tensor, value as unknown as Readonly<Record<string, unknown>>)
/** What a file says of an input or output, from its bytes and to them. */
export const decodeValueInfo = (bytes: Uint8Array): ValueInfoProto =>
  decode(valueInfo, bytes) as unknown as ValueInfoProto
export const encodeValueInfo = (value: ValueInfoProto): Uint8Array =>
  encode(valueInfo, value as unknown as Readonly<Record<string, unknown>>)
/** Numbers of fields, for those who change a file and keep what they do not know of it. */
export const FIELDS = { modelGraph: 7, graphTensor: 5, graphOutput: 12 } as const

/** The bytes of an .onnx file. */
export const encodeModel = (value: ModelProto): Uint8Array =>
  encode(model, value as unknown as Readonly<Record<string, unknown>>)
