// Whether a PNG file is whole, by its own checksums and without drawing it.
import { crc32 } from 'node:zlib'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/**
 * What is wrong with a PNG file; undefined when its chunks fit their checksums, from the first to the last.
 *
 * @source W3C, Portable Network Graphics (third edition), 5.3: chunk layout
 */
export function checkPng(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return 'it is empty'
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (!file.subarray(0, 8).equals(SIGNATURE)) return 'it is not a PNG file'
  for (let at = 8; at + 12 <= file.length; ) {
    const length = file.readUInt32BE(at)
    const end = at + 12 + length
    if (end > file.length) break
    if (crc32(file.subarray(at + 4, end - 4)) !== file.readUInt32BE(end - 4))
      return `its bytes ${at} to ${end - 1} do not fit their checksum`
    if (file.toString('latin1', at + 4, at + 8) === 'IEND')
      return end === file.length ? undefined : `it goes on after its end, from byte ${end}`
    at = end
  }
  return `it ends after ${bytes.length} bytes, before its last chunk`
}
