// Modes of block ciphers against Node's own, and measures of what a ciphertext tells, by hand.
import { createCipheriv } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { bitsOfBytes, bytesOfSigns, differences, lowestBits, turnBits } from '../../src/ciphers/bits.ts'
import type { BlockCipher } from '../../src/ciphers/block-cipher.ts'
import { avalanche, byteEntropy, distinctBlocks, edgeCorrelation } from '../../src/ciphers/leak.ts'
import { counterBlocks, counterMode, ecb } from '../../src/ciphers/modes.ts'
import { aes128, aes128Counter } from '../../src/ciphers/node-aes.ts'
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
