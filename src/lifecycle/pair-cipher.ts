// Alice and Bob of a trained run as a block cipher: bytes in, bytes as they would be sent out.
import type { BlockCipher } from '../ciphers/block-cipher.ts'
import { pairCipher, pairProblem } from '../ciphers/pair.ts'
import type { Objective } from '../objectives/objective.ts'
import { functionOf, type OfferedFunction } from '../objectives/offer.ts'
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
  const [encrypt, decrypt] = [functionOf(objective, 'encrypt'), functionOf(objective, 'decrypt')]
  const lengthOf = (input: string): number => sizeOf(encrypt.of.inputs[input]!.shape)
  const form = { bits: lengthOf('message'), keyBits: lengthOf('key') }
  // Before networks are opened that would have to be closed again.
  const problem = pairProblem(form)
  if (problem !== undefined) throw new ConfigError(problem)
  return { encrypt, decrypt, form }
}

/**
 * A trained pair as a block cipher, for as long as it is open.
 *
 * @throws ConfigError for an objective without such a pair
 */
export async function openPairCipher(
  weights: Weights,
  objective: Objective,
): Promise<BlockCipher & { close(): Promise<void> }> {
  const { encrypt, decrypt, form } = pairOf(objective)
  const alice = await onBlocks(weights, encrypt, 'message', form.bits)
  const bob = await onBlocks(weights, decrypt, 'ciphertext', form.bits)
  return {
    ...pairCipher(form, { encrypt: alice.run, decrypt: bob.run }),
    async close() {
      await alice.close()
      await bob.close()
    },
  }
}
