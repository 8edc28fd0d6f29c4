// Modes of block ciphers against Node's own, and measures of what a ciphertext tells, by hand.
import { createCipheriv } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { bitsOfBytes, bytesOfSigns, differences, lowestBits, turnBits } from '../../src/ciphers/bits.ts'
import type { BlockCipher } from '../../src/ciphers/block-cipher.ts'
import { avalanche, byteEntropy, distinctBlocks, edgeCorrelation } from '../../src/ciphers/leak.ts'
import { counterBlocks, counterMode, ecb } from '../../src/ciphers/modes.ts'
import { aes128, aes128Counter } from '../../src/ciphers/node-aes.ts'
import { pairCipher } from '../../src/ciphers/pair.ts'
import { leakOf, pairCounter, pairEcb, shownOf } from '../../src/ciphers/ways.ts'
import { ConfigError, ShapeError } from '../../src/util/errors.ts'
import { randomStream } from '../../src/util/random.ts'

const bytes = (length: number, purpose = 'message') => {
  const random = randomStream(1, purpose)
  return Uint8Array.from({ length }, () => random.bits() >>> 24)
}
const key = bytes(16, 'key')

/** Adds the key to a block of one byte, without carry: nothing hides less. */
const veil: BlockCipher = {
  name: 'a veil',
  blockBytes: 1,
  keyBytes: 1,
  sentBytes: 1,
  encrypt: async (blocks, [k]) => blocks.map((byte) => byte ^ k!),
  decrypt: async (blocks, [k]) => blocks.map((byte) => byte ^ k!),
  bitsOf: (sent) => sent,
}

describe('modes', () => {
  it('counter mode of AES is that of Node, over the end of a byte of the counter', async () => {
    const first = new Uint8Array(16).fill(255, 8)
    const message = bytes(1000)
    const ours = await counterMode(aes128, message, key, first)
    expect(ours).toEqual(aes128Counter(message, key, first))
    expect(await counterMode(aes128, ours, key, first)).toEqual(message)
  })

  it('the codebook is that of Node, with zeros after the end', async () => {
    const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false)
    const whole = Buffer.concat([bytes(20), Buffer.alloc(12)])
    const sent = await ecb(aes128, bytes(20), key)
    expect(Buffer.from(sent)).toEqual(Buffer.concat([cipher.update(whole), cipher.final()]))
    expect(Buffer.from(await aes128.decrypt(sent, key))).toEqual(whole)
  })

  it('counters go on after the highest with zero', () => {
    expect([...counterBlocks(Uint8Array.of(0, 254), 3)]).toEqual([0, 254, 0, 255, 1, 0])
    expect([...counterBlocks(Uint8Array.of(255), 2)]).toEqual([255, 0])
  })

  it('refuse keys of another length, and messages for which the counters do not last', async () => {
    await expect(ecb(aes128, bytes(4), bytes(3))).rejects.toThrow(
      /expected 16 bytes \(32 hexadecimal digits\), got 3/,
    )
    await expect(counterMode(veil, bytes(257), bytes(1), bytes(1))).rejects.toThrow(ConfigError)
  })
})

describe('a pair', () => {
  /** Moves each number by a step of 256 for a bit of the message, and by half of all for one of the key. */
  const alice = async (numbers: Float32Array, key: Float32Array) =>
    numbers.map((bit, i) => (key[i % 16]! * 64 + (bit > 0 ? 1.5 : 0.5)) / 127.5)
  const bob = async (numbers: Float32Array, key: Float32Array) =>
    numbers.map((number, i) => (number * 127.5 - key[i % 16]! * 64 > 1 ? 1 : -1))
  const cipher = pairCipher({ bits: 16, keyBits: 16 }, { encrypt: alice, decrypt: bob })
  const secret = Uint8Array.of(0xa5, 0x5a)

  it('is a cipher of bytes that sends a byte for a bit', async () => {
    const sent = await ecb(cipher, bytes(6), secret)
    expect(sent.length).toBe(48)
    expect(await cipher.decrypt(sent, secret)).toEqual(bytes(6))
  })

  it('of lengths that are no whole bytes is none', () => {
    expect(() => pairCipher({ bits: 16, keyBits: 10 }, { encrypt: alice, decrypt: bob })).toThrow(
      /key has 10 bits; expected whole bytes/,
    )
  })

  it('tells in the codebook which blocks are alike, and less by counters', async () => {
    const grid = { width: 16, height: 16, channels: 1 }
    const square = Uint8Array.from({ length: 256 }, (_, i) => (i % 16 > 7 && i > 128 ? 200 : 20))
    const ways = [await pairEcb(cipher, square, secret), await pairCounter(cipher, square, secret)]
    const [codebook, counted] = ways.map((way) =>
      leakOf(way, square, { byMessageBit: 0.25, byKeyBit: 0.5 }, grid),
    )
    expect(codebook).toMatchObject({
      messageBlocks: { distinct: 2, all: 128 },
      sentBlocks: { distinct: 2, all: 128 },
      avalanche: { byMessageBit: 0.25, byKeyBit: 0.5 },
    })
    expect(codebook!.edgeCorrelation).toBeGreaterThan(0.9)
    expect(counted!.sentBlocks.distinct).toBeGreaterThan(100)
    expect(shownOf(ways[0]!, square).length).toBe(256)
    expect(ways[1]!.sent.length).toBe(256)
  })
})

describe('bits', () => {
  it('come back as the bytes that they are of', () => {
    expect([...bitsOfBytes(Uint8Array.of(0b10000001))]).toEqual([1, -1, -1, -1, -1, -1, -1, 1])
    expect(bytesOfSigns(bitsOfBytes(bytes(50)))).toEqual(bytes(50))
    expect([...lowestBits(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))]).toEqual([0b10101010])
  })

  it('that differ are found, and turned back', () => {
    const [a, b] = [bytes(9), bytes(9, 'others')]
    const places = differences(a, b)
    turnBits(a, places)
    expect(a).toEqual(b)
    expect(differences(a, b)).toEqual([])
  })
})

describe('the leak', () => {
  it('counts different blocks', () => {
    expect(distinctBlocks(Uint8Array.of(1, 2, 1, 2, 2, 1), 2)).toBe(2)
  })

  it('has an entropy of 8 where all bytes are alike frequent, and 0 where there is one', () => {
    expect(byteEntropy(Uint8Array.from({ length: 512 }, (_, i) => i % 256))).toBeCloseTo(8, 12)
    expect(byteEntropy(new Uint8Array(9))).toBe(0)
    expect(byteEntropy(Uint8Array.of(1, 1, 2, 3))).toBeCloseTo(1.5, 12)
  })

  it('correlates edges: 1 for the same outlines in other colours, about 0 for noise', () => {
    const grid = { width: 40, height: 40, channels: 1 }
    const square = Uint8Array.from({ length: 1600 }, (_, i) => (i % 40 > 10 && i > 600 ? 200 : 20))
    const negative = square.map((byte) => 255 - byte)
    expect(edgeCorrelation(square, negative, grid)).toBeCloseTo(1, 12)
    expect(Math.abs(edgeCorrelation(square, bytes(1600), grid)!)).toBeLessThan(0.1)
    expect(edgeCorrelation(square, new Uint8Array(1600), grid)).toBeNull()
    expect(() => edgeCorrelation(square, bytes(3), grid)).toThrow(ShapeError)
  })

  it('finds that a bit changes one bit of a veil, and half of them of AES', async () => {
    const random = () => randomStream(1, 'avalanche')
    expect(await avalanche(veil, random(), { blocks: 4 })).toEqual({
      byMessageBit: 1 / 8,
      byKeyBit: 1 / 8,
      blocks: 4,
    })
    const { byMessageBit, byKeyBit } = await avalanche(aes128, random(), { blocks: 4 })
    expect(byMessageBit).toBeCloseTo(0.5, 1)
    expect(byKeyBit).toBeCloseTo(0.5, 1)
  })
})
