// AES with keys of 128 bits, as Node's own crypto computes it: what learned ciphers are held beside.
import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { BlockCipher } from './block-cipher.ts'

const BLOCK = 16

/** AES-128 on single blocks. */
export const aes128: BlockCipher = {
  name: 'AES-128',
  blockBytes: BLOCK,
  keyBytes: BLOCK,
  sentBytes: BLOCK,
  async encrypt(blocks, key) {
    const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false)
    return new Uint8Array(Buffer.concat([cipher.update(blocks), cipher.final()]))
  },
  async decrypt(sent, key) {
    const cipher = createDecipheriv('aes-128-ecb', key, null).setAutoPadding(false)
    return new Uint8Array(Buffer.concat([cipher.update(sent), cipher.final()]))
  },
  bitsOf: (sent) => sent,
}

/** AES-128-CTR of a whole message. */
export function aes128Counter(message: Uint8Array, key: Uint8Array, first: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-128-ctr', key, first)
  return new Uint8Array(Buffer.concat([cipher.update(message), cipher.final()]))
}
