// CRC32C (Castagnoli), as LevelDB and TensorFlow write it: masked, so that a checksum of checksums is none of their own.

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0x82f63b78 : rest >>> 1
  return rest
})

/** The checksum of bytes, from 0 to 2^32 - 1. */
export function crc32c(bytes: Uint8Array): number {
  let rest = 0xffffffff
  for (let i = 0; i < bytes.length; i++) rest = (rest >>> 8) ^ TABLE[(rest ^ bytes[i]!) & 255]!
  return ~rest >>> 0
}

/** A checksum as it is stored: turned right by 15 bits, plus a number. */
export const masked = (checksum: number): number =>
  (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0
