// Alice and Bob of a trained run as a block cipher: bytes in, bytes as they would be sent out.
import { arrived, bitsOfBytes, bytesOfSigns, lowestBits, sentOf } from '../ciphers/bits.ts'
import type { BlockCipher } from '../ciphers/block-cipher.ts'
import type { Objective } from '../objectives/objective.ts'
import { type OfferedFunction, offeredBy } from '../objectives/offer.ts'
import { openFunction, type Weights } from '../training/functions.ts'
import { ConfigError } from '../util/errors.ts'
import { sizeOf } from '../util/shape.ts'

/** Blocks that the networks take at once; fewer are filled up, so that a block's numbers never depend on its company. */
const AT_ONCE = 512

/** One network on any number of blocks under one key. */
async function onBlocks(weights: Weights, offered: OfferedFunction, taken: string, length: number) {
  const opened = await openFunction(weights, offered, AT_ONCE)
  const size = sizeOf(offered.output.shape)
  return {
    async run(numbers: Float32Array, key: Float32Array): Promise<Float32Array> {
      const count = numbers.length / length
      const out = new Float32Array(count * size)
      const keys = new Float32Array(AT_ONCE * key.length)
      for (let i = 0; i < AT_ONCE; i++) keys.set(key, i * key.length)
      for (let first = 0; first < count; first += AT_ONCE) {
        const some = Math.min(AT_ONCE, count - first)
        const given = new Float32Array(AT_ONCE * length)
        given.set(numbers.subarray(first * length, (first + some) * length))
        const made = await opened.run({ [taken]: given, key: keys })
        out.set(made.subarray(0, some * size), first * size)
      }
      return out
    },
    close: () => opened.close(),
  }
}

/** The functions by which a pair encrypts and decrypts. @throws ConfigError when an objective offers none, or its lengths are no bytes */
function pairOf(objective: Objective) {
  const [encrypt, decrypt] = [offeredBy(objective, 'encrypt'), offeredBy(objective, 'decrypt')]
  if (!encrypt || !decrypt)
    throw new ConfigError(
      `"${objective.name}" has nobody who encrypts; train a model that does, cryptography`,
    )
  const lengthOf = (input: string): number => sizeOf(encrypt.of.inputs[input]!.shape)
  const [bits, keyBits] = [lengthOf('message'), lengthOf('key')]
  for (const [what, length] of Object.entries({ message: bits, key: keyBits }))
    if (length % 8 !== 0)
      throw new ConfigError(
        `the pair's ${what} has ${length} bits; expected whole bytes: train one with 8, 16 or 24 of them`,
      )
  return { encrypt, decrypt, bits, keyBits }
}

/**
 * A trained pair as a block cipher, for as long as it is open. What is sent for a block are `bits` bytes: Alice's numbers, each as one of 256.
 *
 * @throws ConfigError for an objective without such a pair
 */
export async function openPairCipher(
  weights: Weights,
  objective: Objective,
): Promise<BlockCipher & { close(): Promise<void> }> {
  const { encrypt, decrypt, bits, keyBits } = pairOf(objective)
  const alice = await onBlocks(weights, encrypt, 'message', bits)
  const bob = await onBlocks(weights, decrypt, 'ciphertext', bits)
  return {
    name: 'Alice and Bob',
    blockBytes: bits / 8,
    keyBytes: keyBits / 8,
    sentBytes: bits,
    encrypt: async (blocks, key) => sentOf(await alice.run(bitsOfBytes(blocks), bitsOfBytes(key))),
    decrypt: async (sent, key) => bytesOfSigns(await bob.run(arrived(sent), bitsOfBytes(key))),
    // Trained pairs let the key move all of a number and the message only its last digits, so signs would tell of the key alone.
    bitsOf: lowestBits,
    async close() {
      await alice.close()
      await bob.close()
    },
  }
}
