// Alice, Bob and Eve as pages ask them, whatever runs them: the pair as a cipher of bytes, and how well they do.
import { arrived, sentOf } from '../../../src/ciphers/bits.ts'
import type { BlockCipher } from '../../../src/ciphers/block-cipher.ts'
import { type PairForm, pairCipher } from '../../../src/ciphers/pair.ts'
import { randomStream } from '../../../src/util/random.ts'
import { randomBits, repeated, wrongPlaces } from './secret.ts'

/** Rows of bits are -1 and 1, what is sent are bytes. */
export interface PageCipher extends PairForm {
  /** What runs the networks. */
  readonly where: string
  /** From messages `[count, bits]` and keys `[count, keyBits]` to what is sent, `[count, bits]`. */
  send(messages: Float32Array, keys: Float32Array, count: number): Promise<Uint8Array>
  /** Bob's guesses of the messages, between -1 and 1. */
  read(sent: Uint8Array, keys: Float32Array, count: number): Promise<Float32Array>
  /** Eve's. */
  listen(sent: Uint8Array, count: number): Promise<Float32Array>
  close(): Promise<void>
}

/** The pair as a cipher of bytes. @throws ConfigError where its lengths are none */
export const blockCipherOf = (cipher: PageCipher): BlockCipher =>
  pairCipher(cipher, {
    async encrypt(numbers, key) {
      const count = numbers.length / cipher.bits
      return arrived(await cipher.send(numbers, repeated(key, count), count))
    },
    decrypt(numbers, key) {
      const count = numbers.length / cipher.bits
      return cipher.read(sentOf(numbers), repeated(key, count), count)
    },
  })

/** How many bits of a block Bob and Eve get wrong, in the mean over messages and keys that nobody has learned from. */
export async function usualErrors(
  cipher: PageCipher,
  count = 1000,
): Promise<{ readonly bob: number; readonly eve: number; readonly count: number }> {
  const random = randomStream(1, 'studio/secrets')
  const messages = randomBits(random, count * cipher.bits)
  const keys = randomBits(random, count * cipher.keyBits)
  const sent = await cipher.send(messages, keys, count)
  const [bob, eve] = await Promise.all([cipher.read(sent, keys, count), cipher.listen(sent, count)])
  const wrong = (guesses: Float32Array): number => wrongPlaces(guesses, messages).length / count
  return { bob: wrong(bob), eve: wrong(eve), count }
}
