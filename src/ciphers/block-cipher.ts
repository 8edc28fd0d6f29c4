// What a block cipher is, learned or not: blocks of bytes and a key in, as many blocks out.
import { ConfigError } from '../util/errors.ts'

/**
 * Blocks of a fixed length under a key. A learned one may give back other bits than went in: whoever uses it must look.
 *
 * What is learned here shows how networks learn against each other; it protects nothing.
 */
export interface BlockCipher {
  /** What people call it. */
  readonly name: string
  /** Bytes of a block of the message, of the key, and of what is sent for a block. */
  readonly blockBytes: number
  readonly keyBytes: number
  readonly sentBytes: number
  /** From `[n, blockBytes]` to `[n, sentBytes]`. */
  encrypt(blocks: Uint8Array, key: Uint8Array): Promise<Uint8Array>
  /** From `[n, sentBytes]` to `[n, blockBytes]`. */
  decrypt(sent: Uint8Array, key: Uint8Array): Promise<Uint8Array>
  /** As many bits as the message has, of what is sent: `[n, blockBytes]`. For pictures of the ciphertext, and for counter mode. */
  bitsOf(sent: Uint8Array): Uint8Array
}

/** @throws ConfigError for a key of another length */
export function checkKey({ name, keyBytes }: BlockCipher, key: Uint8Array): void {
  if (key.length === keyBytes) return
  throw new ConfigError(
    `the key of ${name}: expected ${keyBytes} bytes (${2 * keyBytes} hexadecimal digits), got ${key.length}; --key gives it`,
  )
}
