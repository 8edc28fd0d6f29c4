// A learned pair as a block cipher, whatever runs its networks: bytes in, bytes as they would be sent out.
import { ConfigError } from '../util/errors.ts'
import { arrived, bitsOfBytes, bytesOfSigns, lowestBits, sentOf } from './bits.ts'
import type { BlockCipher } from './block-cipher.ts'

/** From `[n, length]` numbers of any number of blocks and one key, bits of -1 and 1, to `[n, bits]` numbers between -1 and 1. */
export type OnBlocks = (numbers: Float32Array, key: Float32Array) => Promise<Float32Array>

/** How many bits a pair takes at once; a ciphertext has as many numbers as a message has bits. */
export interface PairForm {
  readonly bits: number
  readonly keyBits: number
}

/** Why a pair is no cipher of bytes; undefined where it is. */
export function pairProblem({ bits, keyBits }: PairForm): string | undefined {
  for (const [what, length] of Object.entries({ message: bits, key: keyBits }))
    if (length % 8 !== 0)
      return `the pair's ${what} has ${length} bits; expected whole bytes: train one with 8, 16 or 24 of them`
  return undefined
}

/**
 * A pair as a block cipher. What is sent for a block are `bits` bytes: Alice's numbers, each as one of 256.
 *
 * @param encrypt  Alice: from messages
 * @param decrypt  Bob: from ciphertexts as they arrive
 * @throws ConfigError for lengths that are no whole bytes
 */
export function pairCipher(
  form: PairForm,
  { encrypt, decrypt }: { readonly encrypt: OnBlocks; readonly decrypt: OnBlocks },
): BlockCipher {
  const problem = pairProblem(form)
  if (problem !== undefined) throw new ConfigError(problem)
  return {
    name: 'Alice and Bob',
    blockBytes: form.bits / 8,
    keyBytes: form.keyBits / 8,
    sentBytes: form.bits,
    encrypt: async (blocks, key) => sentOf(await encrypt(bitsOfBytes(blocks), bitsOfBytes(key))),
    decrypt: async (sent, key) => bytesOfSigns(await decrypt(arrived(sent), bitsOfBytes(key))),
    // Trained pairs let the key move all of a number and the message only its last digits, so signs would tell of the key alone.
    bitsOf: lowestBits,
  }
}
