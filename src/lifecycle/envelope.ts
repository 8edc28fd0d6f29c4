// An encrypted message as a file: what is sent, what Bob would get wrong, and what tells whether all of it came back.
import { z } from 'zod'
import { differences, turnBits } from '../ciphers/bits.ts'
import type { BlockCipher } from '../ciphers/block-cipher.ts'
import { counterMode, ecb, MODES, type Mode } from '../ciphers/modes.ts'
import { sha256 } from '../data/dataset.ts'
import { decodeSafetensors, encodeSafetensors } from '../formats/safetensors.ts'
import { NO_CIPHER } from '../objectives/cryptography.ts'
import { DataError } from '../util/errors.ts'

const digits = z.string().regex(/^\d+$/).transform(Number)
const hex = z.string().regex(/^([0-9a-f]{2})*$/)
/** The metadata of such a file, where everything is text. */
const schema = z.object({
  kind: z.literal('sparring-message'),
  mode: z.enum(MODES),
  /** Bytes of the message, and SHA-256 of them: a cipher would never tell that. */
  bytes: digits,
  hash: z.string(),
  /** SHA-256 of pair and key, which says that a key is another one where the bits of a pair that learned little would not. */
  keyHash: z.string(),
  /** SHA-256 over the weights of Alice and Bob. */
  pair: z.string(),
  /** The first counter, of counter mode. */
  first: hex.optional(),
  /** Of a picture. */
  width: digits.optional(),
  height: digits.optional(),
  channels: digits.optional(),
  note: z.string(),
})
export type Envelope = z.output<typeof schema>

/** The picture that a message is, where it is one. */
export type PictureForm = Pick<Envelope, 'width' | 'height' | 'channels'>

export interface Sealed {
  readonly bytes: Uint8Array
  /** What is sent, without what stands around it. */
  readonly sent: Uint8Array
  /** Bits that Bob alone would get wrong; their places are sent along. */
  readonly corrected: number
}

export interface SealOptions {
  readonly message: Uint8Array
  readonly key: Uint8Array
  readonly mode: Mode
  /** The first counter, of counter mode. */
  readonly first: Uint8Array
  readonly pair: string
  readonly picture?: PictureForm | undefined
}

const keyHash = (pair: string, key: Uint8Array): Promise<string> =>
  sha256(Buffer.concat([Buffer.from(pair), key]))

/** What Bob makes of blocks, cut to the length of the message. */
const heard = async (cipher: BlockCipher, sent: Uint8Array, key: Uint8Array, bytes: number) =>
  (await cipher.decrypt(sent, key)).slice(0, bytes)

/** Encrypts a message. Bob listens to what is sent before it is, and the places that he gets wrong go with it. */
export async function seal(
  cipher: BlockCipher,
  { message, key, mode, first, pair, picture = {} }: SealOptions,
): Promise<Sealed> {
  const isEcb = mode === 'ecb'
  const sent = isEcb ? await ecb(cipher, message, key) : await counterMode(cipher, message, key, first)
  const wrong = isEcb ? differences(await heard(cipher, sent, key, message.length), message) : []
  const metadata = {
    kind: 'sparring-message',
    mode,
    bytes: String(message.length),
    hash: await sha256(message),
    keyHash: await keyHash(pair, key),
    pair,
    ...(isEcb ? {} : { first: Buffer.from(first).toString('hex') }),
    ...Object.fromEntries(Object.entries(picture).map(([name, value]) => [name, String(value)])),
    note: NO_CIPHER,
  }
  const tensors = {
    sent: { shape: [sent.length], data: Uint8Array.from(sent) },
    wrong: { shape: [wrong.length], data: Uint32Array.from(wrong) },
  }
  return { bytes: await encodeSafetensors(tensors, metadata), sent, corrected: wrong.length }
}

/** @throws DataError when a file is damaged, or no such file */
async function read(bytes: Uint8Array, source: string) {
  const { tensors, metadata, verified } = await decodeSafetensors(bytes, source)
  const parsed = schema.safeParse(metadata)
  const [sent, wrong] = [tensors.sent?.data, tensors.wrong?.data]
  if (!parsed.success || !verified || !(sent instanceof Uint8Array) || !(wrong instanceof Uint32Array))
    throw new DataError(`${source} is no message of "sparring encrypt"; expected a file that it wrote`)
  return { envelope: parsed.data, sent, wrong }
}

export interface Opened {
  readonly message: Uint8Array
  readonly envelope: Envelope
  /** Bits that Bob got wrong, which were put right. */
  readonly corrected: number
}

/**
 * Decrypts a message, with every bit of it.
 *
 * @throws DataError for a file that is damaged, of another pair, or of a length that does not fit, or with another key, and when what comes out is not
 *         the message
 */
export async function open(
  cipher: BlockCipher,
  bytes: Uint8Array,
  { key, pair, source }: { readonly key: Uint8Array; readonly pair: string; readonly source: string },
): Promise<Opened> {
  const { envelope, sent, wrong } = await read(bytes, source)
  if (envelope.pair !== pair)
    throw new DataError(
      `${source} was encrypted by another pair (weights ${envelope.pair.slice(0, 12)}, here are ${pair.slice(0, 12)}); expected the run that encrypted it, trained to the same step`,
    )
  const isEcb = envelope.mode === 'ecb'
  const expected = isEcb ? Math.ceil(envelope.bytes / cipher.blockBytes) * cipher.sentBytes : envelope.bytes
  if (sent.length !== expected)
    throw new DataError(
      `${source}: a message of ${envelope.bytes} bytes is sent as ${expected}, got ${sent.length}; it was cut or put together`,
    )
  if (envelope.keyHash !== (await keyHash(pair, key)))
    throw new DataError(
      `${source} was encrypted with another key; give that one with --key. Nothing was written`,
    )
  const first = new Uint8Array(Buffer.from(envelope.first ?? '', 'hex'))
  const message = isEcb
    ? await heard(cipher, sent, key, envelope.bytes)
    : await counterMode(cipher, sent, key, first)
  turnBits(
    message,
    [...wrong].filter((place) => place < 8 * message.length),
  )
  if ((await sha256(message)) !== envelope.hash)
    throw new DataError(
      `${source} was not decrypted: what came out is not what was encrypted. Networks round a little otherwise on other machines; decrypt it on one like that which encrypted it. Nothing was written`,
    )
  return { message, envelope, corrected: wrong.length }
}
