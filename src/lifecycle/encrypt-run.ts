// Encrypting and decrypting with a trained pair, and what a ciphertext tells beside those of AES.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { BlockCipher } from '../ciphers/block-cipher.ts'
import { avalanche, type Grid } from '../ciphers/leak.ts'
import { ecb, type Mode } from '../ciphers/modes.ts'
import { aes128, aes128Counter } from '../ciphers/node-aes.ts'
import { type Leak, leakOf, pairCounter, pairEcb, shownOf, type Way } from '../ciphers/ways.ts'
import { sha256 } from '../data/dataset.ts'
import { NO_CIPHER } from '../objectives/cryptography.ts'
import { enlarge, type PixelImage, tileGrid } from '../report/index.ts'
import { COMPOSITE_MEDIA, decodePng, encodePng, marked } from '../report/node/index.ts'
import { makeFolder } from '../runs/node/disk.ts'
import { writeOut } from '../runs/node/write-out.ts'
import type { StateArrays } from '../runtime/engine.ts'
import { frozen } from '../training/functions.ts'
import { ConfigError, DataError, messageOf } from '../util/errors.ts'
import { type FileLimit, MOST_PICTURE } from '../util/limits.ts'
import { readBytes } from '../util/node/read-file.ts'
import { randomStream } from '../util/random.ts'
import { open, type PictureForm, seal } from './envelope.ts'
import { withEngine } from './look.ts'
import { openPairCipher } from './pair-cipher.ts'

/** Bytes that are encrypted at once; a picture of 1024 x 1024 in colour. */
const MOST_BYTES = 3 * 2 ** 20

export interface EncryptRequest {
  readonly run: string
  /** The file to encrypt: a picture, whose pixels are, or anything else, whose bytes are. */
  readonly file: string
  /** Default `ecb`. */
  readonly mode?: Mode | undefined
  /** Hexadecimal digits; default: drawn by chance, and told. */
  readonly key?: string | undefined
  /** Take a picture for bytes. Default false */
  readonly bytes?: boolean | undefined
  /** Folder for all of it. */
  readonly out: string
}

export interface EncryptResult {
  readonly note: string
  readonly mode: Mode
  /** Hexadecimal. */
  readonly key: string
  readonly bytes: number
  /** Bits that Bob alone would get wrong; where they are is sent along. */
  readonly corrected: number
  readonly leaks: readonly Leak[]
  readonly files: { readonly message: string; readonly leak: string; readonly picture?: string }
}

/** A key as it is typed. @throws ConfigError */
function keyOf(typed: string | undefined, { name, keyBytes }: BlockCipher): Uint8Array {
  if (typed === undefined) return new Uint8Array(randomBytes(keyBytes))
  if (!/^[0-9a-fA-F]*$/.test(typed) || typed.length !== 2 * keyBytes)
    throw new ConfigError(
      `--key: ${name} share ${8 * keyBytes} bits; expected ${2 * keyBytes} hexadecimal digits, got "${typed}"`,
    )
  return new Uint8Array(Buffer.from(typed, 'hex'))
}

/** SHA-256 over the weights of Alice and Bob, by their names. */
function pairHash(arrays: StateArrays): Promise<string> {
  const names = Object.keys(arrays)
    .filter((name) => /^(alice|bob)\//.test(name))
    .sort()
  return sha256(Buffer.concat(names.map((name) => Buffer.from(arrays[name]!.slice().buffer))))
}

/** What a user names: sixteen bytes are sent for two, and places of wrong bits come to that. */
const NAMED: FileLimit = { what: 'a message', bytes: 64 * MOST_BYTES, remedy: 'choose a smaller one' }

const readNamed = (file: string): Promise<Uint8Array<ArrayBuffer>> =>
  readBytes(file, NAMED).catch((error: unknown) => {
    throw error instanceof DataError ? error : new DataError(`cannot read ${file}: ${messageOf(error)}`)
  })

/** @throws DataError when the file cannot be read, is empty or too large */
async function readMessage(
  file: string,
  asBytes: boolean,
): Promise<{ message: Uint8Array; image?: PixelImage }> {
  const bytes = await readNamed(file)
  const image = asBytes ? undefined : await decodePng(bytes, file).catch(() => undefined)
  const message = image ? image.pixels : bytes
  if (message.length === 0 || message.length > MOST_BYTES)
    throw new DataError(
      `${file} has ${message.length} bytes to encrypt; expected 1 to ${MOST_BYTES}${image ? ': make the picture smaller' : ''}`,
    )
  return { message, ...(image ? { image } : {}) }
}

/** The four ways that are held beside each other: both modes of the pair and of AES. */
async function fourWays(cipher: BlockCipher, message: Uint8Array, key: Uint8Array): Promise<Way[]> {
  const aesKey = new Uint8Array(randomBytes(aes128.keyBytes))
  const first = new Uint8Array(randomBytes(aes128.blockBytes))
  return [
    await pairEcb(cipher, message, key),
    await pairCounter(cipher, message, key),
    {
      name: 'AES-128-ECB',
      of: aes128,
      sent: await ecb(aes128, message, aesKey),
      width: aes128.sentBytes,
    },
    {
      name: 'AES-128-CTR',
      of: aes128,
      sent: aes128Counter(message, aesKey, first),
      width: aes128.blockBytes,
    },
  ]
}

/** The picture, and what is sent of it by each way, side by side. */
async function sideBySide(image: PixelImage, shown: readonly Uint8Array[]): Promise<Uint8Array> {
  const { width, height, channels } = image
  const pixels = [image.pixels, ...shown]
  const scale = Math.max(1, Math.min(8, Math.floor(256 / Math.max(width, height))))
  const size = pixels.length * width * height * scale ** 2
  if (size > MOST_PICTURE)
    throw new ConfigError(`the pictures side by side have ${size} pixels; expected at most ${MOST_PICTURE}`)
  const sheet = tileGrid(
    { count: pixels.length, width, height, channels, pixels: Buffer.concat(pixels) },
    { columns: pixels.length, gap: 4 },
  )
  return marked(await encodePng(enlarge(sheet, scale)), { note: NO_CIPHER }, COMPOSITE_MEDIA)
}

/**
 * Encrypts a file with the pair of a run, and says what its ciphertext tells beside those of AES. The same run, key and file give the same message.
 *
 * It shows how networks learn against each other, and protects nothing.
 *
 * @throws ConfigError for a run without such a pair, a key of another length and messages that are too long for counter mode; DataError for
 *         files
 */
export const encryptRun = ({ run, file, mode = 'ecb', key: typed, bytes = false, out }: EncryptRequest) =>
  withEngine<EncryptResult>(run, async ({ objective, arrays, engine }) => {
    const cipher = await openPairCipher(frozen(engine, arrays), objective)
    try {
      const key = keyOf(typed, cipher)
      const { message, image } = await readMessage(file, bytes)
      const picture: (PictureForm & Grid) | undefined = image && {
        width: image.width,
        height: image.height,
        channels: image.channels,
      }
      const sealed = await seal(cipher, {
        message,
        key,
        mode,
        first: new Uint8Array(cipher.blockBytes),
        pair: await pairHash(arrays),
        picture,
      })
      const ways = await fourWays(cipher, message, key)
      const changes = new Map<BlockCipher, Leak['avalanche']>()
      for (const of of [cipher, aes128]) changes.set(of, await avalanche(of, randomStream(1, 'avalanche')))
      const leaks = ways.map((way) => leakOf(way, message, changes.get(way.of)!, picture))
      await makeFolder(out)
      const shown = ways.map((way) => shownOf(way, message))
      const files = {
        message: await writeOut(join(out, 'message.safetensors'), sealed.bytes),
        ...(image
          ? { picture: await writeOut(join(out, 'side-by-side.png'), await sideBySide(image, shown)) }
          : {}),
      }
      const found = { note: NO_CIPHER, mode, bytes: message.length, corrected: sealed.corrected, leaks }
      const leak = await writeOut(join(out, 'leak.json'), Buffer.from(`${JSON.stringify(found, null, 2)}\n`))
      return { ...found, key: Buffer.from(key).toString('hex'), files: { ...files, leak } }
    } finally {
      await cipher.close()
    }
  })

export interface DecryptRequest {
  readonly run: string
  /** What `encryptRun` wrote as `message`. */
  readonly file: string
  readonly key: string
  /** The file to write: a picture is written as PNG. */
  readonly out: string
}

export interface DecryptResult {
  readonly note: string
  readonly file: string
  readonly bytes: number
  /** Bits that Bob got wrong, which were put right. */
  readonly corrected: number
}

/** Whether a message is a picture of its length. */
const isPicture = (form: PictureForm, length: number): form is Grid =>
  form.width !== undefined &&
  form.height !== undefined &&
  form.channels !== undefined &&
  form.width * form.height * form.channels === length

/**
 * Decrypts a message, with every bit of it.
 *
 * @throws ConfigError for a key of another length; DataError for a damaged file, another pair, and another key
 */
export const decryptRun = ({ run, file, key: typed, out }: DecryptRequest) =>
  withEngine<DecryptResult>(run, async ({ objective, arrays, engine }) => {
    const cipher = await openPairCipher(frozen(engine, arrays), objective)
    try {
      const key = keyOf(typed, cipher)
      const { message, envelope, corrected } = await open(cipher, await readNamed(file), {
        key,
        pair: await pairHash(arrays),
        source: file,
      })
      const { width, height, channels } = envelope
      const form = { width, height, channels }
      const whole = isPicture(form, message.length) ? await encodePng({ ...form, pixels: message }) : message
      return { note: NO_CIPHER, file: await writeOut(out, whole), bytes: message.length, corrected }
    } finally {
      await cipher.close()
    }
  })
