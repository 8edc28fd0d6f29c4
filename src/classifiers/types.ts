// Names of element types, as the rest of the library has them.
import { nameOfType } from '../onnx/tensor-proto.ts'

const OURS: Readonly<Record<string, string>> = { float: 'float32', double: 'float64' }

/** An element type of a file: `float32`, `int64`. */
export function typeNamed(type: number | undefined): string {
  const name = nameOfType(type)
  return OURS[name] ?? name
}
