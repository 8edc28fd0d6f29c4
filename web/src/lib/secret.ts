// Messages as bits: texts and keys as people write them, blocks, what was read wrongly, and what a single bit changes.
import { bitsOfBytes, bytesOfSigns, differingBits } from '../../../src/ciphers/bits.ts'
import type { RandomStream } from '../../../src/util/random.ts'

type Bits = Float32Array<ArrayBuffer>

/** A text as whole blocks of bits, -1 and 1; zeros, which are -1, fill the last one. */
export function bitsOfText(text: string, blockBits: number): Bits {
  const own = bitsOfBytes(new TextEncoder().encode(text))
  const out = new Float32Array(Math.max(1, Math.ceil(own.length / blockBits)) * blockBits).fill(-1)
  out.set(own)
  return out
}

/** What has no shape of its own, as a dot; what is no text at all, as the sign for that. */
const visible = (text: string): string => text.replaceAll(/\p{Cc}/gu, '·')

/** Guesses of bits as the text of so many bytes that they spell. */
export const textOfBits = (guesses: ArrayLike<number>, bytes: number): string =>
  visible(new TextDecoder().decode(bytesOfSigns(guesses).subarray(0, bytes)))

/** Hexadecimal where that comes out even, else 0 and 1. */
const isHex = (keyBits: number): boolean => keyBits % 4 === 0

/** How a key is written: digits, and how many. */
export const keyDigits = (keyBits: number): { readonly digits: string; readonly count: number } =>
  isHex(keyBits) ? { digits: '0 to 9, a to f', count: keyBits / 4 } : { digits: '0 and 1', count: keyBits }

const setBits = (bits: ArrayLike<number>): string => Array.from(bits, (bit) => (bit > 0 ? '1' : '0')).join('')

export const keyText = (key: ArrayLike<number>): string =>
  isHex(key.length)
    ? setBits(key).replaceAll(/.{4}/g, (four) => Number.parseInt(four, 2).toString(16))
    : setBits(key)

/** A key as it was typed; undefined for anything else. */
export function keyOf(typed: string, keyBits: number): Bits | undefined {
  const text = typed.replaceAll(/\s/g, '').toLowerCase()
  const digits = isHex(keyBits) ? /^[0-9a-f]+$/ : /^[01]+$/
  if (text.length !== keyDigits(keyBits).count || !digits.test(text)) return undefined
  const set = isHex(keyBits)
    ? text.replaceAll(/./g, (digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0'))
    : text
  return Float32Array.from(set, (bit) => (bit === '1' ? 1 : -1))
}

export const randomBits = (random: RandomStream, count: number): Bits =>
  Float32Array.from({ length: count }, () => (random.bits() >>> 31 ? 1 : -1))

/** The same row again and again. */
export function repeated(row: Float32Array, count: number): Bits {
  const out = new Float32Array(count * row.length)
  for (let i = 0; i < count; i++) out.set(row, i * row.length)
  return out
}

/** Where guesses are on the other side than the bits. A guess of 0 is taken for a bit that is not set. */
export const wrongPlaces = (guesses: ArrayLike<number>, bits: ArrayLike<number>): number[] =>
  Array.from({ length: bits.length }, (_, i) => i).filter((i) => guesses[i]! > 0 !== bits[i]! > 0)

/** A bit of the message, or of the key. */
export interface Flip {
  readonly of: 'message' | 'key'
  readonly bit: number
}

/** A block and its key as they are, then with each bit of the message turned, then with each of the key: rows of both. */
export function flippedRows(message: Float32Array, key: Float32Array) {
  const count = 1 + message.length + key.length
  const [messages, keys] = [repeated(message, count), repeated(key, count)]
  for (let i = 0; i < message.length; i++) messages[(1 + i) * message.length + i]! *= -1
  for (let i = 0; i < key.length; i++) keys[(1 + message.length + i) * key.length + i]! *= -1
  return { messages, keys, count }
}

/** What was sent instead because one bit is another, of what was sent for `flippedRows`. */
export interface Change {
  readonly sent: Uint8Array
  /** Numbers that changed, and bits of them. */
  readonly numbers: number
  readonly bits: number
}

/** @param sent  `[1 + message bits + key bits, numbers]` */
export function changesOf(sent: Uint8Array, messageBits: number, keyBits: number) {
  const width = sent.length / (1 + messageBits + keyBits)
  const row = (i: number): Uint8Array => sent.subarray(i * width, (i + 1) * width)
  const [before, ...rows] = Array.from({ length: 1 + messageBits + keyBits }, (_, i) => row(i))
  const changes = rows.map(
    (after): Change => ({
      sent: after,
      numbers: after.reduce((count, number, i) => count + (number === before![i] ? 0 : 1), 0),
      bits: differingBits(before!, after),
    }),
  )
  return { message: changes.slice(0, messageBits), key: changes.slice(messageBits) }
}

/** The mean over changes. */
export const meanChange = (changes: readonly Change[]): Pick<Change, 'numbers' | 'bits'> => ({
  numbers: changes.reduce((sum, { numbers }) => sum + numbers, 0) / changes.length,
  bits: changes.reduce((sum, { bits }) => sum + bits, 0) / changes.length,
})
