// What an ONNX file says of itself, whatever is in it.
import { opsetsOf } from './graph-reader.ts'
import { decodeModel } from './proto.ts'

export interface ModelFacts {
  /** Version of ONNX' own operator set; 0 where the file names none. */
  readonly opset: number
  readonly producer: { readonly name: string; readonly version: string }
}

/** @throws DataError when the bytes are not a complete model */
export function modelFacts(bytes: Uint8Array): ModelFacts {
  const model = decodeModel(bytes)
  return {
    opset: opsetsOf(model.opsetImport).get('') ?? 0,
    producer: { name: model.producerName ?? '', version: model.producerVersion ?? '' },
  }
}
