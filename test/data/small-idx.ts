// Small IDX files for tests: images whose pixels count upwards, and labels.
import { writeIdx } from '../../src/data/index.ts'

/** `count` images of `height` x `width` pixels; the pixels count upwards through all of them. */
export const smallImages = (count: number, height = 2, width = 3): Uint8Array =>
  writeIdx({
    shape: [count, height, width],
    data: Uint8Array.from({ length: count * height * width }, (_, i) => i),
  })

export const smallLabels = (...labels: number[]): Uint8Array =>
  writeIdx({ shape: [labels.length], data: Uint8Array.from(labels) })
