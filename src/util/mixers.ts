// Mixers of 32 bits: every bit of the result depends on every bit given.

/** Full-avalanche 32-bit mixer ("triple32" of the hash-prospector project, bias 0.021). */
export function mix(x: number): number {
  x = Math.imul(x ^ (x >>> 17), 0xed5ad4bb)
  x = Math.imul(x ^ (x >>> 11), 0xac4c1b51)
  x = Math.imul(x ^ (x >>> 15), 0x31848bab)
  return (x ^ (x >>> 14)) >>> 0
}

/** Second, cheaper mixer ("lowbias32"), keyed between the two. */
export function mixAgain(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d)
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b)
  return (x ^ (x >>> 16)) >>> 0
}
