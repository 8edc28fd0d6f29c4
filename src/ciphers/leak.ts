// What a ciphertext tells of its message without the key: measures that hold for any cipher.
import { ShapeError } from '../util/errors.ts'
import type { RandomStream } from '../util/random.ts'
import { differingBits } from './bits.ts'
import type { BlockCipher } from './block-cipher.ts'

/** Different blocks of `[n, width]` bytes. */
export function distinctBlocks(bytes: Uint8Array, width: number): number {
  const seen = new Set<string>()
  for (let at = 0; at < bytes.length; at += width)
    seen.add(String.fromCharCode(...bytes.subarray(at, at + width)))
  return seen.size
}

/** Shannon entropy of single bytes, in bits: 8 where all values are equally frequent. Bytes beside each other may still follow from each other. */
export function byteEntropy(bytes: Uint8Array): number {
  const counts = new Float64Array(256)
  for (const byte of bytes) counts[byte]!++
  return counts.reduce((sum, count) => {
    const share = count / bytes.length
    return count === 0 ? sum : sum - share * Math.log2(share)
  }, 0)
}

export interface Grid {
  readonly width: number
  readonly height: number
  readonly channels: number
}

/** How much neighbours differ, to the right and below, the channels together: `[(height - 1) (width - 1)]`. */
function edges(pixels: Uint8Array, { width, height, channels }: Grid): Float64Array {
  const out = new Float64Array(Math.max(0, width - 1) * Math.max(0, height - 1))
  for (let y = 0; y + 1 < height; y++)
    for (let x = 0; x + 1 < width; x++)
      for (let channel = 0; channel < channels; channel++) {
        const at = (y * width + x) * channels + channel
        const here = pixels[at]!
        out[y * (width - 1) + x]! +=
          Math.abs(pixels[at + channels]! - here) + Math.abs(pixels[at + width * channels]! - here)
      }
  return out
}

/**
 * Pearson's correlation of the edges of two pictures: 1 where outlines are the same, about 0 where one tells nothing of the other. Null where one of
 * them has no edges that differ.
 *
 * @throws ShapeError for pixels that do not fill the grid
 */
export function edgeCorrelation(a: Uint8Array, b: Uint8Array, grid: Grid): number | null {
  const size = grid.width * grid.height * grid.channels
  if (a.length !== size || b.length !== size)
    throw new ShapeError(
      `pictures of ${grid.width} x ${grid.height} with ${grid.channels} channels have ${size} bytes, got ${a.length} and ${b.length}`,
    )
  const [x, y] = [edges(a, grid), edges(b, grid)]
  const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [meanX, meanY] = [mean(x), mean(y)]
  let [xy, xx, yy] = [0, 0, 0]
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [x[i]! - meanX, y[i]! - meanY]
    xy += dx * dy
    xx += dx * dx
    yy += dy * dy
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : null
}

export interface Avalanche {
  /** Share of the bits that change with one bit of the message, or of the key; a half where nothing follows from a change. */
  readonly byMessageBit: number
  readonly byKeyBit: number
  /** Blocks that were looked at, each with every bit turned. */
  readonly blocks: number
}

const randomBytes = (random: RandomStream, length: number): Uint8Array =>
  Uint8Array.from({ length }, () => random.bits() >>> 24)

/** What changes when single bits do, over random messages and keys, in all bits that are sent. */
export async function avalanche(
  cipher: BlockCipher,
  random: RandomStream,
  { blocks = 64 }: { readonly blocks?: number } = {},
): Promise<Avalanche> {
  const { blockBytes, keyBytes, sentBytes } = cipher
  const turned = (bytes: Uint8Array, bit: number): Uint8Array =>
    bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (128 >> (bit & 7)) : byte))
  const [changed, looked] = [
    { message: 0, key: 0 },
    { message: 0, key: 0 },
  ]
  for (let block = 0; block < blocks; block++) {
    const [message, key] = [randomBytes(random, blockBytes), randomBytes(random, keyBytes)]
    const before = await cipher.encrypt(message, key)
    // All messages that differ in one bit go through at once: they share the key.
    const others = new Uint8Array(8 * blockBytes * blockBytes)
    for (let bit = 0; bit < 8 * blockBytes; bit++) others.set(turned(message, bit), bit * blockBytes)
    const after = await cipher.encrypt(others, key)
    for (let bit = 0; bit < 8 * blockBytes; bit++)
      changed.message += differingBits(before, after.subarray(bit * sentBytes, (bit + 1) * sentBytes))
    looked.message += 8 * before.length * 8 * blockBytes
    for (let bit = 0; bit < 8 * keyBytes; bit++)
      changed.key += differingBits(before, await cipher.encrypt(message, turned(key, bit)))
    looked.key += 8 * before.length * 8 * keyBytes
  }
  return {
    byMessageBit: changed.message / looked.message,
    byKeyBit: changed.key / looked.key,
    blocks,
  }
}
