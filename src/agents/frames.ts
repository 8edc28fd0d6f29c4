// Rows of numbers in little room: bits where they are only 0 and 1.
import { arrayFor, type Box, type Observation } from '../environments/spaces.ts'

export interface Frames {
  write(row: number, from: Observation, at: number): void
  read(row: number, out: Observation, at: number): void
  /** All of it, as it lies in memory. */
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Room for `count` observations. */
export function framesOf(box: Box, count: number): Frames {
  const size = arrayFor(box).length
  if (box.dtype === 'float32') {
    const numbers = new Float32Array(size * count)
    return {
      bytes: new Uint8Array(numbers.buffer),
      write: (row, from, at) => {
        for (let i = 0; i < size; i++) numbers[row * size + i] = from[at + i]!
      },
      read: (row, out, at) => out.set(numbers.subarray(row * size, (row + 1) * size), at),
    }
  }
  if (box.high !== 1) {
    const bytes = new Uint8Array(size * count)
    return {
      bytes,
      write: (row, from, at) => bytes.set(from.subarray(at, at + size) as Uint8Array, row * size),
      read: (row, out, at) => out.set(bytes.subarray(row * size, (row + 1) * size), at),
    }
  }
  const width = Math.ceil(size / 8)
  const bytes = new Uint8Array(width * count)
  return {
    bytes,
    write(row, from, at) {
      for (let byte = 0; byte < width; byte++) {
        let bits = 0
        for (let bit = 0; bit < 8; bit++)
          if (from[at + 8 * byte + bit] && 8 * byte + bit < size) bits |= 1 << bit
        bytes[row * width + byte] = bits
      }
    },
    read(row, out, at) {
      for (let i = 0; i < size; i++) out[at + i] = (bytes[row * width + (i >> 3)]! >> (i & 7)) & 1
    },
  }
}
