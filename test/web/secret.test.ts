// A message between networks, as the page writes and counts it.
import { expect, it } from 'vitest'
import { avalanche } from '../../src/ciphers/leak.ts'
import { randomStream } from '../../src/util/random.ts'
import { samplePicture } from '../../web/src/lib/sample-picture.ts'
import {
  bitsOfText,
  changesOf,
  flippedRows,
  keyDigits,
  keyOf,
  keyText,
  meanChange,
  textOfBits,
  wrongPlaces,
} from '../../web/src/lib/secret.ts'
import { blockCipherOf, type PageCipher, usualErrors } from '../../web/src/lib/secret-pair.ts'

/** A bit of the message turns a last digit, one of the key most of a number. Bob knows how; Eve takes all bits for set. */
const pair: PageCipher = {
  bits: 16,
  keyBits: 16,
  where: 'nowhere',
  send: async (messages, keys) =>
    Uint8Array.from(messages, (bit, i) => (bit > 0 ? 1 : 0) ^ (keys[i]! > 0 ? 0b10101011 : 0)),
  read: async (sent, keys) => Float32Array.from(sent, (byte, i) => 2 * ((byte & 1) ^ +(keys[i]! > 0)) - 1),
  listen: async (sent) => new Float32Array(sent.length).fill(0.5),
  close: async () => {},
}

it('writes texts as whole blocks and reads them again, whatever a block holds', () => {
  expect(bitsOfText('Hi!', 16).length).toBe(32)
  expect([...bitsOfText('A', 8)]).toEqual([-1, 1, -1, -1, -1, -1, -1, 1])
  // "é" are two bytes; blocks of ten bits end inside of them.
  const bits = bitsOfText('né', 10)
  expect([bits.length, textOfBits(bits, 3)]).toEqual([30, 'né'])
  expect(bitsOfText('', 16).every((bit) => bit === -1)).toBe(true)
  expect(textOfBits(bitsOfText('a\nb', 16), 3)).toBe('a·b')
})

it('takes keys as hexadecimal digits, or as bits where that does not come out even', () => {
  const key = keyOf('5A 17', 16)!
  expect([key.length, keyText(key)]).toEqual([16, '5a17'])
  expect([...keyOf('a', 4)!]).toEqual([1, -1, 1, -1])
  expect(keyText(keyOf('011010', 6)!)).toBe('011010')
  for (const typed of ['5a1', '5a177', '5g17', '']) expect(keyOf(typed, 16), typed).toBeUndefined()
  expect(keyOf('5a', 6)).toBeUndefined()
  expect([keyDigits(16).count, keyDigits(6).count]).toEqual([4, 6])
})

it('finds where guesses are on the wrong side', () => {
  expect(wrongPlaces([0.1, -0.9, 0, -0.2], [1, 1, 1, -1])).toEqual([1, 2])
})

it('counts what a single bit changes, as the avalanche does', async () => {
  const [message, key] = [bitsOfText('Hi', 16), keyOf('5a17', 16)!]
  const rows = flippedRows(message, key)
  const changes = changesOf(await pair.send(rows.messages, rows.keys, rows.count), 16, 16)
  expect(changes.message.map(({ numbers, bits }) => [numbers, bits])).toEqual(new Array(16).fill([1, 1]))
  expect(changes.key.map(({ numbers, bits }) => [numbers, bits])).toEqual(new Array(16).fill([1, 5]))
  const { byMessageBit, byKeyBit } = await avalanche(blockCipherOf(pair), randomStream(1, 'avalanche'), {
    blocks: 2,
  })
  expect(meanChange(changes.message).bits / 128).toBeCloseTo(byMessageBit, 12)
  expect(meanChange(changes.key).bits / 128).toBeCloseTo(byKeyBit, 12)
})

it('asks how many bits are usually wrong: none of a Bob who knows, half of an Eve who does not listen', async () => {
  const { bob, eve, count } = await usualErrors(pair)
  expect([bob, count]).toEqual([0, 1000])
  expect(eve).toBeCloseTo(8, 0)
})

it('has a picture of few greys', () => {
  const picture = samplePicture(64)
  expect([picture.length, new Set(picture).size]).toEqual([4096, 5])
})
