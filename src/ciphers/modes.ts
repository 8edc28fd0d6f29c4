// How a message of any length is made of blocks: each for itself (ECB), or by a stream of encrypted counters (CTR).
import { ConfigError } from '../util/errors.ts'
import { type BlockCipher, checkKey } from './block-cipher.ts'

export const MODES = ['ecb', 'ctr'] as const
export type Mode = (typeof MODES)[number]

/** A message as whole blocks, zeros after its end. */
export function padded(message: Uint8Array, blockBytes: number): Uint8Array {
  const out = new Uint8Array(Math.ceil(message.length / blockBytes) * blockBytes)
  out.set(message)
  return out
}

/**
 * Electronic codebook: every block for itself, so equal blocks of a message look equal when they are sent.
 *
 * @source NIST SP 800-38A, 6.1
 */
export async function ecb(cipher: BlockCipher, message: Uint8Array, key: Uint8Array): Promise<Uint8Array> {
  checkKey(cipher, key)
  return cipher.encrypt(padded(message, cipher.blockBytes), key)
}

/** Counters from `first` on as blocks, most significant byte first; after the highest comes zero. */
export function counterBlocks(first: Uint8Array, count: number): Uint8Array {
  const width = first.length
  const out = new Uint8Array(count * width)
  const now = first.slice()
  for (let i = 0; i < count; i++) {
    out.set(now, i * width)
    for (let place = width - 1; place >= 0; place--) {
      now[place] = (now[place]! + 1) & 255
      if (now[place] !== 0) break
    }
  }
  return out
}

/** Bytes after which counters of so many bytes begin anew, and two parts of a message would meet the same stream. */
export const mostBytes = (blockBytes: number): number => 2 ** (8 * blockBytes) * blockBytes

/**
 * Counter mode: bits of encrypted counters are added to those of the message, without carry. It is its own inverse, and needs nobody who decrypts
 * blocks.
 *
 * @param first  the first counter, `[blockBytes]`, which must not be used twice with a key
 * @throws ConfigError for a message after which counters would begin anew, and for a key or counter of another length
 * @source NIST SP 800-38A, 6.5
 */
export async function counterMode(
  cipher: BlockCipher,
  message: Uint8Array,
  key: Uint8Array,
  first: Uint8Array,
): Promise<Uint8Array> {
  checkKey(cipher, key)
  const { blockBytes, name } = cipher
  if (first.length !== blockBytes)
    throw new ConfigError(`the first counter of ${name}: expected ${blockBytes} bytes, got ${first.length}`)
  if (message.length > mostBytes(blockBytes))
    throw new ConfigError(
      `counter mode of ${name}: after ${mostBytes(blockBytes)} bytes its counters of ${8 * blockBytes} bits begin anew, and the message has ${message.length}; expected a shorter one`,
    )
  const blocks = counterBlocks(first, Math.ceil(message.length / blockBytes))
  const stream = cipher.bitsOf(await cipher.encrypt(blocks, key))
  return message.map((byte, i) => byte ^ stream[i]!)
}
