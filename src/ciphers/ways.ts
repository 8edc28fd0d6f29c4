// Ways in which one message is sent, and what each of them tells without the key.
import type { BlockCipher } from './block-cipher.ts'
import { type Avalanche, byteEntropy, distinctBlocks, edgeCorrelation, type Grid } from './leak.ts'
import { counterMode, ecb, padded } from './modes.ts'

/** A message as it is sent by a cipher in one mode. */
export interface Way {
  readonly name: string
  readonly of: BlockCipher
  readonly sent: Uint8Array
  /** Bytes that are sent for a block. */
  readonly width: number
}

/** What a ciphertext tells, by the measures of the leak. */
export interface Leak {
  readonly name: string
  /** Of the message and of what is sent, in blocks of the cipher. */
  readonly messageBlocks: { readonly distinct: number; readonly all: number }
  readonly sentBlocks: { readonly distinct: number; readonly all: number }
  /** Bits of a byte of what is sent; 8 at most. */
  readonly entropy: number
  /** With the edges of the picture; null where there are none, absent where the message is none. */
  readonly edgeCorrelation?: number | null
  /** Shares of the bits that change with one bit of message or key; of the block cipher, whatever the mode. */
  readonly avalanche: { readonly byMessageBit: number; readonly byKeyBit: number }
}

/** A pair in electronic codebook mode. */
export const pairEcb = async (of: BlockCipher, message: Uint8Array, key: Uint8Array): Promise<Way> => ({
  name: 'Alice and Bob, ECB',
  of,
  sent: await ecb(of, message, key),
  width: of.sentBytes,
})

/** Counter mode, from the counter 0 on. @throws ConfigError for messages that are too long for it */
export const pairCounter = async (of: BlockCipher, message: Uint8Array, key: Uint8Array): Promise<Way> => ({
  name: 'Alice, counter mode',
  of,
  sent: await counterMode(of, message, key, new Uint8Array(of.blockBytes)),
  width: of.blockBytes,
})

/** As many bits as the message has, of what is sent for it: of ECB they are the lowest bits of Alice's numbers. */
export const shownOf = ({ of, sent, width }: Way, message: Uint8Array): Uint8Array =>
  (width === of.blockBytes ? sent : of.bitsOf(sent)).slice(0, message.length)

/** @param grid  of a message that is a picture */
export function leakOf(
  way: Way,
  message: Uint8Array,
  { byMessageBit, byKeyBit }: Pick<Avalanche, 'byMessageBit' | 'byKeyBit'>,
  grid?: Grid,
): Leak {
  const { name, of, sent, width } = way
  const inBlocks = (bytes: Uint8Array, width: number) => ({
    distinct: distinctBlocks(padded(bytes, width), width),
    all: Math.ceil(message.length / of.blockBytes),
  })
  return {
    name,
    messageBlocks: inBlocks(message, of.blockBytes),
    sentBlocks: inBlocks(sent, width),
    entropy: byteEntropy(sent),
    ...(grid ? { edgeCorrelation: edgeCorrelation(message, shownOf(way, message), grid) } : {}),
    avalanche: { byMessageBit, byKeyBit },
  }
}
