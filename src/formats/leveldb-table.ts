// Tables of LevelDB, as TensorFlow writes the index of a checkpoint: sorted keys with values, in blocks with a checksum each.
import { DataError, UnsupportedError } from '../util/errors.ts'
import { crc32c, masked } from './crc32c.ts'

const FOOTER = 48
/** The last eight bytes of a table. */
const MAGIC = 0xdb4775248b80fb57n
/** Kind of compression and checksum, behind each block. */
const TRAILER = 5

/** Reads numbers of seven bits a byte, the lowest first. */
function reader(bytes: Uint8Array, fail: (problem: string) => never) {
  let at = 0
  return {
    get at() {
      return at
    },
    varint(): number {
      let [value, factor] = [0, 1]
      for (;;) {
        const byte = bytes[at++]
        if (byte === undefined || factor > 2 ** 49) return fail(`a number at byte ${at} does not end`)
        value += (byte & 127) * factor
        if (byte < 128) return value
        factor *= 128
      }
    },
    take(count: number): Uint8Array {
      if (at + count > bytes.length) fail(`a part of ${count} bytes at byte ${at} goes beyond its block`)
      at += count
      return bytes.subarray(at - count, at)
    },
  }
}

/** The entries of a block: keys share their beginning with the one before. */
function* entriesOf(
  block: Uint8Array,
  fail: (problem: string) => never,
): Generator<[Uint8Array, Uint8Array]> {
  if (block.length < 4) fail('a block has no end')
  const view = new DataView(block.buffer, block.byteOffset, block.length)
  const restarts = view.getUint32(block.length - 4, true)
  const end = block.length - 4 - 4 * restarts
  if (end < 0) fail(`a block of ${block.length} bytes claims ${restarts} restarts`)
  const read = reader(block.subarray(0, end), fail)
  let key = new Uint8Array(0)
  while (read.at < end) {
    const [shared, own, length] = [read.varint(), read.varint(), read.varint()]
    if (shared > key.length) fail(`a key shares ${shared} bytes with one of ${key.length}`)
    const next = new Uint8Array(shared + own)
    next.set(key.subarray(0, shared))
    next.set(read.take(own), shared)
    key = next
    yield [key, read.take(length)]
  }
}

/**
 * Keys and values of a table, in its order; keys as text.
 *
 * @param source  what the bytes are, for messages
 * @throws DataError when they are no table, or a block does not fit its checksum; UnsupportedError for compressed blocks
 */
export function decodeTable(bytes: Uint8Array, source: string): Map<string, Uint8Array> {
  const fail = (problem: string): never => {
    throw new DataError(`${source} is damaged: ${problem}`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (bytes.length < FOOTER || view.getBigUint64(bytes.length - 8, true) !== MAGIC)
    throw new DataError(
      `${source} is no index of a TensorFlow checkpoint: expected the table's mark at its end, got ${bytes.length} bytes without it`,
    )
  /** A block by offset and size, as two numbers. */
  function blockAt(handle: ReturnType<typeof reader>): Uint8Array {
    const [offset, size] = [handle.varint(), handle.varint()]
    const end = offset + size
    if (end + TRAILER > bytes.length)
      fail(`a block should end at byte ${end}, the file does at ${bytes.length}`)
    if (masked(crc32c(bytes.subarray(offset, end + 1))) !== view.getUint32(end + 1, true))
      fail(`the block of ${size} bytes at byte ${offset} does not fit its checksum (CRC32C)`)
    if (bytes[end] !== 0)
      throw new UnsupportedError(
        `${source} has compressed blocks (kind ${bytes[end]}), which TensorFlow's own writer does not make; save the checkpoint anew with tf.compat.v1.train.Saver`,
      )
    return bytes.subarray(offset, end)
  }
  const footer = reader(bytes.subarray(bytes.length - FOOTER), fail)
  // First a block of other things, which is empty here.
  blockAt(footer)
  const decoder = new TextDecoder()
  const found = new Map<string, Uint8Array>()
  for (const [, handle] of entriesOf(blockAt(footer), fail))
    for (const [key, value] of entriesOf(blockAt(reader(handle, fail)), fail))
      found.set(decoder.decode(key), value)
  return found
}
