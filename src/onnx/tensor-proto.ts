// Tensors in ONNX files: element types, and numbers to and from their bytes.
import type { DType, NumericArray, Tensor } from '../graph/value.ts'
import { DataError, UnsupportedError } from '../util/errors.ts'
import { halfToNumber } from '../util/half.ts'
import { formatShape, type Shape, sizeOf } from '../util/shape.ts'
import { dataTypes, type TensorProto } from './proto.ts'

/** The element type in a file of each of ours. */
export const elementTypes: Readonly<Record<DType, number>> = {
  float32: dataTypes.float,
  float64: dataTypes.double,
  int64: dataTypes.int64,
  int32: dataTypes.int32,
  uint8: dataTypes.uint8,
  bool: dataTypes.bool,
}

/** Types that are read as a wider or equal one of ours. */
const readAs: Readonly<Record<number, DType>> = {
  [dataTypes.float]: 'float32',
  [dataTypes.double]: 'float64',
  [dataTypes.float16]: 'float32',
  [dataTypes.bfloat16]: 'float32',
  [dataTypes.int64]: 'int64',
  [dataTypes.int32]: 'int32',
  [dataTypes.int16]: 'int32',
  [dataTypes.int8]: 'int32',
  [dataTypes.uint16]: 'int32',
  [dataTypes.uint8]: 'uint8',
  [dataTypes.uint32]: 'int64',
  [dataTypes.uint64]: 'int64',
  [dataTypes.bool]: 'bool',
}

/** What a file calls an element type: `float16`. */
export const nameOfType = (type: number | undefined): string =>
  Object.entries(dataTypes).find(([, value]) => value === type)?.[0] ?? `number ${type}`

/** Our type for an element type of a file: small integers and half floats are widened. */
export function dtypeOf(type: number | undefined, where: string): DType {
  const dtype = type === undefined ? undefined : readAs[type]
  if (!dtype)
    throw new UnsupportedError(
      `${where}: element type ${nameOfType(type)} is not one this library computes with; export the model with float32 tensors`,
    )
  return dtype
}

/**
 * A note of the type of small whole numbers that are read as larger ones, as an attribute of their constant: quantisation is told
 * by it how far its numbers go.
 */
export const storedType = ({ dataType }: TensorProto): { readonly stored?: string } =>
  dataType !== undefined &&
  [dataTypes.int8, dataTypes.int16, dataTypes.uint16].some((type) => type === dataType)
    ? { stored: nameOfType(dataType) }
    : {}

const most = 2n ** 63n - 1n
/** A whole number as int64, clamped to its range. */
const toBigInt = (number: number): bigint =>
  number >= 2 ** 63 ? most : number < -(2 ** 63) ? -(2n ** 63n) : BigInt(Math.trunc(number))

function rawBytes(data: NumericArray | readonly number[], dtype: DType): Uint8Array {
  const typed =
    dtype === 'float32'
      ? data instanceof Float32Array
        ? data
        : Float32Array.from(data)
      : dtype === 'float64'
        ? Float64Array.from(data)
        : dtype === 'int32'
          ? Int32Array.from(data)
          : dtype === 'int64'
            ? BigInt64Array.from(data as ArrayLike<number> as readonly number[], toBigInt)
            : Uint8Array.from(data)
  return new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength)
}

/** A tensor as it is stored in a file. */
export const tensorProto = (
  name: string,
  data: NumericArray | readonly number[],
  shape: Shape,
  dtype: DType,
): TensorProto => ({
  name,
  dims: shape,
  dataType: elementTypes[dtype],
  rawData: rawBytes(data, dtype),
})

const scratch = new DataView(new ArrayBuffer(4))
/** bfloat16 is the upper half of a float32. */
function bfloatToNumber(bits: number): number {
  scratch.setUint32(0, bits << 16)
  return scratch.getFloat32(0)
}

/** How one element is read from raw bytes: its width and a reader. */
const rawReaders: Readonly<Record<number, readonly [number, (view: DataView, at: number) => number]>> = {
  [dataTypes.float]: [4, (view, at) => view.getFloat32(at, true)],
  [dataTypes.double]: [8, (view, at) => view.getFloat64(at, true)],
  [dataTypes.float16]: [2, (view, at) => halfToNumber(view.getUint16(at, true))],
  [dataTypes.bfloat16]: [2, (view, at) => bfloatToNumber(view.getUint16(at, true))],
  [dataTypes.int64]: [8, (view, at) => Number(view.getBigInt64(at, true))],
  [dataTypes.uint64]: [8, (view, at) => Number(view.getBigUint64(at, true))],
  [dataTypes.int32]: [4, (view, at) => view.getInt32(at, true)],
  [dataTypes.uint32]: [4, (view, at) => view.getUint32(at, true)],
  [dataTypes.int16]: [2, (view, at) => view.getInt16(at, true)],
  [dataTypes.uint16]: [2, (view, at) => view.getUint16(at, true)],
  [dataTypes.int8]: [1, (view, at) => view.getInt8(at)],
  [dataTypes.uint8]: [1, (view, at) => view.getUint8(at)],
  [dataTypes.bool]: [1, (view, at) => view.getUint8(at)],
}

/** Bytes of one number of a type. @throws UnsupportedError for types that we do not compute with */
export function widthOf(type: number | undefined, where: string): number {
  dtypeOf(type, where)
  return rawReaders[type!]![0]
}

/** Numbers of a tensor that are stored in one of the typed fields instead of raw bytes. */
function fieldNumbers(proto: TensorProto): readonly number[] {
  switch (proto.dataType) {
    case dataTypes.float:
      return proto.floatData ?? []
    case dataTypes.double:
      return proto.doubleData ?? []
    case dataTypes.int64:
      return proto.int64Data ?? []
    case dataTypes.uint32:
    case dataTypes.uint64:
      return proto.uint64Data ?? []
    case dataTypes.float16:
      return (proto.int32Data ?? []).map(halfToNumber)
    case dataTypes.bfloat16:
      return (proto.int32Data ?? []).map(bfloatToNumber)
    default:
      return proto.int32Data ?? []
  }
}

const storage = (dtype: DType, size: number): NumericArray =>
  dtype === 'float32'
    ? new Float32Array(size)
    : dtype === 'int32'
      ? new Int32Array(size)
      : dtype === 'uint8' || dtype === 'bool'
        ? new Uint8Array(size)
        : new Float64Array(size)

/**
 * The numbers of a tensor in a file.
 *
 * @param where  what the tensor is, for messages
 * @throws UnsupportedError for types we do not compute with and for data kept in another file
 * @throws DataError when the data is shorter or longer than the shape says
 */
export function readTensor(proto: TensorProto, where: string): Tensor & { readonly dtype: DType } {
  if (proto.dataLocation === 1 || (proto.externalData?.length ?? 0) > 0) {
    const file = proto.externalData?.find(({ key }) => key === 'location')?.value
    throw new UnsupportedError(
      `${where}: its numbers are in another file${file ? ` ("${file}")` : ''}; give that file too, or save the model as one file, without external data`,
    )
  }
  const dtype = dtypeOf(proto.dataType, where)
  const shape = [...proto.dims]
  if (shape.some((length) => !Number.isSafeInteger(length) || length < 0))
    throw new DataError(`${where}: ${formatShape(shape)} is not a shape; the file is damaged`)
  const size = sizeOf(shape)
  const raw = proto.rawData
  const [width, read] = rawReaders[proto.dataType!]!
  const numbers = raw && raw.length > 0 ? undefined : fieldNumbers(proto)
  const count = numbers ? numbers.length : raw!.length / width
  if (count !== size)
    throw new DataError(
      `${where}: shape ${formatShape(shape)} needs ${size} numbers, the file holds ${count}; the file is damaged`,
    )
  // The common case in one copy; files and all machines that run JavaScript are little-endian.
  if (raw && !numbers && proto.dataType === dataTypes.float)
    return { shape, data: new Float32Array(Uint8Array.from(raw).buffer), dtype }
  const data = storage(dtype, size)
  if (numbers) data.set(numbers)
  else {
    const view = new DataView(raw!.buffer, raw!.byteOffset, raw!.byteLength)
    for (let i = 0; i < size; i++) data[i] = read(view, i * width)
  }
  return { shape, data, dtype }
}
