// Uncompresses bytes that may be gzipped, never more of them than they should hold; broken ones are reported under their name.
import { constants, createGunzip, gunzipSync } from 'node:zlib'
import { DataError, messageOf } from '../../util/errors.ts'
import { formatSize } from '../../util/format.ts'
import { INFLATION } from '../../util/limits.ts'

/** True for bytes that begin like a gzip file, whatever the file is called. */
const isGzipped = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

const corrupt = (bytes: Uint8Array, name: string, reason: string): DataError =>
  new DataError(
    `${name} is a corrupt gzip file (${reason}); expected ${bytes.length} intact bytes. Get it again.`,
  )

/** Bytes of a gzip file that tell its beginning: a thousandfold of them is 4 MB. */
const BEGINNING = 4096

/** The beginning of what is compressed; all of it where it is small. */
function beginningOf(bytes: Uint8Array, name: string): Uint8Array {
  try {
    return bytes.length <= BEGINNING
      ? gunzipSync(bytes)
      : gunzipSync(bytes.subarray(0, BEGINNING), { finishFlush: constants.Z_SYNC_FLUSH })
  } catch (error) {
    throw corrupt(bytes, name, messageOf(error))
  }
}

/**
 * The bytes as they are, or uncompressed when they begin like a gzip file. What the file is called does not
 * matter: some servers and browsers uncompress on the way and keep the name.
 *
 * @param name    what to call the bytes in messages
 * @param sizeOf  how long the content is, from its beginning; no memory is taken before it is known. It may throw
 * @returns the content, which is shorter than `sizeOf` says where the file ends early
 * @throws DataError when the gzip data are corrupt or cut off, hold more than `sizeOf` says, or grow more than files
 *         of images do
 */
export async function gunzipIfNeeded(
  bytes: Uint8Array,
  name: string,
  sizeOf: (beginning: Uint8Array) => number,
): Promise<Uint8Array> {
  if (!isGzipped(bytes)) return plain(bytes)
  const size = sizeOf(beginningOf(bytes, name))
  const most = Math.max(INFLATION.free, INFLATION.times * bytes.length)
  if (size > most)
    throw new DataError(
      `${name}: expected ${formatSize(bytes.length)} of gzip to hold at most ${formatSize(most)}, its header tells of ${formatSize(size)}; images are never that empty. Get it again, or uncompress it yourself.`,
    )
  const content = new Uint8Array(size)
  let at = 0
  const inflating = createGunzip({ chunkSize: 256 * 1024 })
  inflating.end(bytes)
  try {
    for await (const chunk of inflating as AsyncIterable<Buffer>) {
      if (at + chunk.length > size)
        throw new DataError(
          `${name} has bytes after its end: its header tells of ${size} bytes, it goes on after them`,
        )
      content.set(chunk, at)
      at += chunk.length
    }
  } catch (error) {
    throw error instanceof DataError ? error : corrupt(bytes, name, messageOf(error))
  }
  return content.subarray(0, at)
}

/** The same memory, but never a Buffer, whose `slice` and JSON are not those of a Uint8Array. */
const plain = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
