// Alice, Bob and Eve of a run at work in the page.
import { arrived, sentOf } from '../../../src/ciphers/bits.ts'
import type { RunParts } from '../../../src/server/protocol.ts'
import { openNetwork } from './model.ts'
import type { PageCipher } from './secret-pair.ts'
import type { RunSource } from './source.ts'

/** With the newest weights. @throws Error when the run has no checkpoint yet, or the browser cannot run its networks */
export async function openCipher(source: RunSource, parts: RunParts): Promise<PageCipher> {
  const { encrypt, decrypt, listen, bits, keyBits } = parts.cipher!
  // A number that is rounded must not hang on whose arithmetic it is; and these networks are small.
  const options = { fresh: true, backend: 'wasm' } as const
  const [alice, bob, eve] = await Promise.all(
    [encrypt, decrypt, listen].map((name) => openNetwork(source, parts, name, options)),
  )
  return {
    bits,
    keyBits,
    where: alice!.where,
    send: async (message, key, count) => sentOf(await alice!.run({ message, key }, count)),
    read: (sent, key, count) => bob!.run({ ciphertext: arrived(sent), key }, count),
    listen: (sent, count) => eve!.run({ ciphertext: arrived(sent) }, count),
    async close() {
      await Promise.all([alice, bob, eve].map((network) => network!.close()))
    },
  }
}
