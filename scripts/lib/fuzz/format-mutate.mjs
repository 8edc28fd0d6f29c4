// Mutations that keep what a format checks first: gzip's and PNG's checksums, the header's length of safetensors.
// @ts-check
import { crc32, gunzipSync, gzipSync } from 'node:zlib'
import { join, mutateBytes, mutateJsonFile } from './mutate.mjs'

/** @typedef {import('./mutate.mjs').Random} Random */
/** @typedef {import('./mutate.mjs').Bytes} Bytes */

/** @param {Bytes} bytes @param {Random} random @param {Uint8Array} other @returns {Bytes} */
export function mutateGzip(bytes, random, other) {
  if (bytes[0] !== 0x1f || random.integer(3) === 0) return mutateBytes(bytes, random, other)
  try {
    return new Uint8Array(
      gzipSync(mutateBytes(new Uint8Array(gunzipSync(bytes, { maxOutputLength: 2 ** 24 })), random, other)),
    )
  } catch {
    return mutateBytes(bytes, random, other)
  }
}

/** One chunk of a PNG, its checksum made anew. @param {Bytes} bytes @param {Random} random @param {Uint8Array} other @returns {Bytes} */
export function mutateImage(bytes, random, other) {
  const isPng = bytes.length > 33 && bytes[0] === 0x89 && bytes[1] === 0x50
  if (!isPng || random.integer(2) === 0) return mutateBytes(bytes, random, other)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const starts = []
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) starts.push(at)
  const start = /** @type {number} */ (starts[random.integer(starts.length)])
  const length = view.getUint32(start)
  const body = mutateBytes(bytes.slice(start + 8, start + 8 + length), random, other)
  const named = join(bytes.subarray(start + 4, start + 8), body)
  const framed = new Uint8Array(8)
  new DataView(framed.buffer).setUint32(0, body.length)
  new DataView(framed.buffer).setUint32(4, crc32(named))
  const end = Math.min(start + 12 + length, bytes.length)
  return join(bytes.subarray(0, start), framed.subarray(0, 4), named, framed.subarray(4), bytes.subarray(end))
}

/** The header as JSON, its length made right again. @param {Bytes} bytes @param {Random} random @param {Uint8Array} other @returns {Bytes} */
export function mutateSafetensors(bytes, random, other) {
  if (bytes.length < 8 || random.integer(3) === 0) return mutateBytes(bytes, random, other)
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
  if (length > bytes.length - 8) return mutateBytes(bytes, random, other)
  const header = mutateJsonFile(bytes.slice(8, 8 + length), random, other)
  const front = new Uint8Array(8)
  new DataView(front.buffer).setBigUint64(0, BigInt(header.length), true)
  return join(front, header, bytes.subarray(8 + length))
}
