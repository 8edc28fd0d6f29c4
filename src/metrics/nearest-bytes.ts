// The images nearest to one, by their bytes: exact, and in portions, for searches beside other work.

/** One that was found. */
export interface NearImage {
  readonly index: number
  /** Sum of squared differences of bytes. */
  readonly squared: number
}

/** Bytes compared before it is asked whether an image can still be among the nearest. */
const PIECE = 28
/** Bytes of images in a portion: two milliseconds or so. */
const PORTION = 2 ** 21

/** Starts of the pieces of an image, those with the most ink first: there others differ soonest. */
function piecesOf(wanted: Uint8Array): number[] {
  const starts = Array.from({ length: Math.ceil(wanted.length / PIECE) }, (_, i) => i * PIECE)
  const ink = starts.map((start) => {
    let sum = 0
    for (const byte of wanted.subarray(start, start + PIECE)) sum += byte * byte
    return sum
  })
  return starts.sort((a, b) => ink[b / PIECE]! - ink[a / PIECE]! || a - b)
}

/**
 * Finds the k images that differ least from one, in the sum of squared differences of their bytes.
 *
 * A generator, so that whoever runs it decides when to rest: it yields after every two million bytes of images.
 *
 * @param images  [n, ...] bytes
 * @param wanted  one image, as long as each of those
 * @returns the k nearest, or all of fewer, nearest first; of equally near ones the first
 */
export function* nearestBytes(
  images: Uint8Array,
  wanted: Uint8Array,
  k: number,
): Generator<void, NearImage[], void> {
  const size = wanted.length
  const n = images.length / size
  const pieces = piecesOf(wanted)
  const portion = Math.max(1, Math.floor(PORTION / size))
  const found: NearImage[] = []
  let limit = Number.POSITIVE_INFINITY
  for (let index = 0; index < n; index++) {
    if (index > 0 && index % portion === 0) yield
    const base = index * size
    let squared = 0
    for (const start of pieces) {
      const end = Math.min(size, start + PIECE)
      for (let i = start; i < end; i++) {
        const difference = images[base + i]! - wanted[i]!
        squared += difference * difference
      }
      if (squared >= limit) break
    }
    if (squared >= limit) continue
    const place = found.findIndex((other) => other.squared > squared)
    found.splice(place < 0 ? found.length : place, 0, { index, squared })
    if (found.length > k) found.pop()
    if (found.length === k) limit = found[k - 1]!.squared
  }
  return found
}
