// Arrays as ONNX Runtime takes and gives them, natively and in pages.
import type { DType } from '../graph/value.ts'
import type { ArrayWithShape } from './engine.ts'

/** The type that an array has when nobody says another. */
export const typeOf = (data: ArrayWithShape['data']): DType | 'float16' => {
  if (data instanceof Uint16Array) return 'float16'
  if (data instanceof Float64Array) return 'float64'
  if (data instanceof Int32Array) return 'int32'
  if (data instanceof Uint8Array) return 'uint8'
  if (data instanceof BigInt64Array) return 'int64'
  return 'float32'
}

/** The arguments of a tensor's constructor. The runtime's types tie the data to one type; here they go together. */
export function tensorArguments({
  data,
  shape,
  dtype,
}: ArrayWithShape): [type: 'float32', data: Float32Array, dims: readonly number[]] {
  const type = dtype ?? typeOf(data)
  const typed =
    type === 'int64' && !(data instanceof BigInt64Array)
      ? BigInt64Array.from(Array.from(data, (n) => BigInt(Number(n))))
      : data
  return [type as 'float32', typed as Float32Array, shape]
}

/** Halves as their bits, whatever kind of array the runtime has for them. */
const asBits = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint16Array =>
  new Uint16Array(buffer, byteOffset, byteLength / 2)

/** A tensor as an array; its data is shared, not copied. */
export const fromTensor = (tensor: {
  readonly dims: readonly number[]
  readonly data: unknown
  readonly type: string
}): ArrayWithShape => ({
  shape: tensor.dims,
  data: tensor.type === 'float16' ? asBits(tensor.data as ArrayBufferView) : (tensor.data as Float32Array),
  dtype: tensor.type as 'float32',
})
