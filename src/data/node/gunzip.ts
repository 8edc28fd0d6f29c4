// Uncompresses bytes that may be gzipped; broken ones are reported under their name.
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { DataError, messageOf } from '../../util/errors.ts'

const inflate = promisify(gunzip)

/**
 * The bytes as they are, or uncompressed when they begin like a gzip file. What the file is called does not
 * matter: some servers and browsers uncompress on the way and keep the name.
 *
 * @param name  what to call the bytes in messages
 * @throws DataError when the gzip data are corrupt or cut off
 */
export async function gunzipIfNeeded(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return plain(bytes)
  try {
    return plain(await inflate(bytes))
  } catch (error) {
    throw new DataError(
      `${name} is a corrupt gzip file (${messageOf(error)}); expected ${bytes.length} intact bytes. Get it again.`,
    )
  }
}

/** The same memory, but never a Buffer, whose `slice` and JSON are not those of a Uint8Array. */
const plain = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
