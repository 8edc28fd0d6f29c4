// Bytes as the numbers that networks take and give: a bit is -1 or 1, the most significant of a byte comes first.

/** Bytes as bits, `[8 n]` of -1 and 1. */
export function bitsOfBytes(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const out = new Float32Array(8 * bytes.length)
  for (let i = 0; i < out.length; i++) out[i] = 2 * ((bytes[i >> 3]! >> (7 - (i & 7))) & 1) - 1
  return out
}

/** The signs of numbers as bytes: above zero is a bit that is set. */
export function bytesOfSigns(numbers: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(Math.ceil(numbers.length / 8))
  for (let i = 0; i < numbers.length; i++) if (numbers[i]! > 0) out[i >> 3] = out[i >> 3]! | (128 >> (i & 7))
  return out
}

/** The lowest bit of every byte, eight to a byte. */
export function lowestBits(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(Math.ceil(bytes.length / 8))
  for (let i = 0; i < bytes.length; i++) out[i >> 3] = out[i >> 3]! | ((bytes[i]! & 1) << (7 - (i & 7)))
  return out
}

/** Numbers from -1 to 1 as they are sent: each as the nearest of 256. */
export const sentOf = (numbers: ArrayLike<number>): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(numbers, (number) => Math.min(255, Math.max(0, Math.round((number + 1) * 127.5))))

/** What arrives: numbers from -1 to 1 of what was sent. */
export const arrived = (sent: Uint8Array): Float32Array<ArrayBuffer> =>
  Float32Array.from(sent, (byte) => byte / 127.5 - 1)

/** Set bits of a byte. */
const ONES = Uint8Array.from({ length: 256 }, (_, byte) => {
  let count = 0
  for (let bit = 0; bit < 8; bit++) count += (byte >> bit) & 1
  return count
})

/** How many bits of two arrays of one length differ. */
export function differingBits(a: Uint8Array, b: Uint8Array): number {
  let count = 0
  for (let i = 0; i < a.length; i++) count += ONES[a[i]! ^ b[i]!]!
  return count
}

/** Where the bits of two arrays of one length differ, counted from the first. */
export function differences(a: Uint8Array, b: Uint8Array): number[] {
  const found: number[] = []
  for (let i = 0; i < a.length; i++) {
    const both = a[i]! ^ b[i]!
    if (both !== 0) for (let bit = 0; bit < 8; bit++) if (both & (128 >> bit)) found.push(8 * i + bit)
  }
  return found
}

/** Turns the bits at these places, in place. */
export function turnBits(bytes: Uint8Array, places: Iterable<number>): void {
  for (const place of places) bytes[place >> 3] = bytes[place >> 3]! ^ (128 >> (place & 7))
}
