// The IDX file format of MNIST and its relatives: unsigned bytes with a shape in front.
import { DataError } from '../util/errors.ts'
import { formatShape, type Shape, sizeOf } from '../util/shape.ts'

/** The content of an IDX file. */
export interface IdxArray {
  readonly shape: Shape
  /** Row-major. A view of the bytes that were parsed, not a copy. */
  readonly data: Uint8Array
}

/** Element types of the format; all but the first are named only to say what was found. */
const types: Readonly<Record<number, string>> = {
  8: 'unsigned bytes',
  9: 'signed bytes',
  11: '16-bit integers',
  12: '32-bit integers',
  13: '32-bit floats',
  14: '64-bit floats',
}

/** What the header of an IDX file tells. */
export interface IdxHeader {
  readonly shape: Shape
  /** Bytes of the header. */
  readonly header: number
  /** Bytes of the whole file. */
  readonly size: number
}

/**
 * Reads the header of an IDX file, from its first bytes: what the file holds is known before there is room for it.
 *
 * @param name  what to call the bytes in messages, usually the file
 * @param rank  the rank that is expected; default: any from 1 on
 * @throws DataError when this is not IDX, or the type or rank is another
 */
export function parseIdxHeader(bytes: Uint8Array, name = 'IDX data', rank?: number): IdxHeader {
  if (bytes.length < 4)
    throw new DataError(`${name}: expected an IDX file, which begins with 4 bytes, got ${bytes.length} bytes`)
  const type = bytes[2]!
  const found = bytes[3]!
  if (bytes[0] !== 0 || bytes[1] !== 0 || types[type] === undefined || found === 0)
    throw new DataError(
      `${name}: expected an IDX file, whose first bytes are 00 00 08 and the rank, got ${hex(bytes.subarray(0, 4))}`,
    )
  if (type !== 8) throw new DataError(`${name}: expected unsigned bytes (IDX type 8), got ${types[type]}`)
  if (rank !== undefined && found !== rank)
    throw new DataError(`${name}: expected ${rank} ${rank === 1 ? 'axis' : 'axes'}, got ${found}`)
  const header = 4 + 4 * found
  if (bytes.length < header)
    throw new DataError(
      `${name} is truncated: expected a header of ${header} bytes, got ${bytes.length} bytes`,
    )
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const shape = Array.from({ length: found }, (_, axis) => view.getUint32(4 + 4 * axis))
  return { shape, header, size: header + sizeOf(shape) }
}

/**
 * Reads the bytes of an (uncompressed) IDX file of unsigned bytes.
 *
 * Layout: two zero bytes, the element type (8), the rank, one big-endian 32-bit length per axis, the elements.
 *
 * @throws DataError as `parseIdxHeader`, or when the length does not fit the shape
 * @source http://yann.lecun.com/exdb/mnist/, section "File formats"
 */
export function parseIdx(bytes: Uint8Array, name = 'IDX data', rank?: number): IdxArray {
  const { shape, header, size: expected } = parseIdxHeader(bytes, name, rank)
  if (bytes.length !== expected) {
    const fault = bytes.length < expected ? 'is truncated' : 'has bytes after its end'
    throw new DataError(
      `${name} ${fault}: shape ${formatShape(shape)} expects ${expected} bytes, got ${bytes.length}`,
    )
  }
  return { shape, data: bytes.subarray(header) }
}

/**
 * The bytes of an IDX file.
 *
 * @throws DataError when the shape has no axis, more than 255, one that needs more than 32 bits, or does not
 *         fit the data
 */
export function writeIdx({ shape, data }: IdxArray): Uint8Array {
  if (shape.length < 1 || shape.length > 255)
    throw new DataError(`an IDX file has 1 to 255 axes, got ${shape.length}`)
  if (!shape.every((length) => Number.isInteger(length) && length >= 0 && length < 2 ** 32))
    throw new DataError(`the axes of an IDX file have lengths from 0 to 2^32 - 1, got ${formatShape(shape)}`)
  if (sizeOf(shape) !== data.length)
    throw new DataError(`shape ${formatShape(shape)} expects ${sizeOf(shape)} bytes, got ${data.length}`)
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length)
  bytes[2] = 8
  bytes[3] = shape.length
  const view = new DataView(bytes.buffer)
  shape.forEach((length, axis) => {
    view.setUint32(4 + 4 * axis, length)
  })
  bytes.set(data, 4 + 4 * shape.length)
  return bytes
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
