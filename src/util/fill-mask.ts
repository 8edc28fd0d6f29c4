// Dropout masks: most of what a step of a network with dropout draws, and so written for speed.
import { mix, mixAgain } from './mixers.ts'
import { compileFillMask, type FillMask } from './simd-mask.ts'

/** Written without calls and branches, in 32-bit integers. */
export const fillMaskPortably: FillMask = (out, first, key, key2, level) => {
  const passing = Math.imul(128 - (level >>> 4), 0x01010101)
  const rest = level & 15
  const [start, a, b] = [first | 0, key | 0, key2 | 0]
  for (let i = 0; i < out.length; i++) {
    const word = mixAgain(((mix((start + i) ^ a) | 0) + b) | 0) | 0
    const choice = Math.imul((word >>> 7) & 0x01010101, 0x01020408) >>> 24
    const higher = ((choice - rest) >> 31) & 0x01010101
    out[i] = ((((word & 0x7f7f7f7f) + passing - higher) | 0) >>> 7) & 0x01010101
  }
}

let fastest: FillMask | undefined

/** The same words in the fastest way that this platform has. */
export const fillMask: FillMask = (out, first, key, key2, level) => {
  fastest ??= compileFillMask() ?? fillMaskPortably
  fastest(out, first, key, key2, level)
}
