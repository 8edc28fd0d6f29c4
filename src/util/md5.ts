// MD5 (RFC 1321): the name by which files of games are known everywhere. No protection against anybody.

const SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
const SINES = Uint32Array.from({ length: 64 }, (_, i) => Math.floor(2 ** 32 * Math.abs(Math.sin(i + 1))))
/** Which word of a block each of 16 steps takes in the four rounds: `(factor * step + first) mod 16`. */
const WORDS = [
  [1, 0],
  [5, 1],
  [3, 5],
  [7, 0],
] as const

const mixed = (round: number, b: number, c: number, d: number): number =>
  round === 0 ? (b & c) | (~b & d) : round === 1 ? (d & b) | (~d & c) : round === 2 ? b ^ c ^ d : c ^ (b | ~d)

/** The digest as 32 hexadecimal digits. */
export function md5(bytes: Uint8Array): string {
  const length = Math.ceil((bytes.length + 9) / 64) * 64
  const padded = new DataView(new ArrayBuffer(length))
  new Uint8Array(padded.buffer).set(bytes)
  padded.setUint8(bytes.length, 0x80)
  padded.setBigUint64(length - 8, BigInt(bytes.length) * 8n, true)
  const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476)
  for (let block = 0; block < length; block += 64) {
    let [a, b, c, d] = state as unknown as [number, number, number, number]
    for (let step = 0; step < 64; step++) {
      const round = step >> 4
      const [factor, first] = WORDS[round]!
      const word = padded.getUint32(block + 4 * ((factor * step + first) % 16), true)
      const sum = (a + mixed(round, b, c, d) + SINES[step]! + word) >>> 0
      const shift = SHIFTS[4 * round + (step % 4)]!
      a = d
      d = c
      c = b
      b = (b + ((sum << shift) | (sum >>> (32 - shift)))) >>> 0
    }
    for (const [i, value] of [a, b, c, d].entries()) state[i] = state[i]! + value
  }
  return Array.from(new Uint8Array(state.buffer), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
