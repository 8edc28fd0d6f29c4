// A picture to be encrypted that is always there.

/** A face with few greys: large areas of one colour are what a codebook cannot hide. `[side, side]` bytes. */
export function samplePicture(side: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(side * side)
  for (let i = 0; i < out.length; i++) {
    // From -1 to 1, to the right and down.
    const [x, y] = [((i % side) + 0.5) / (side / 2) - 1, (Math.floor(i / side) + 0.5) / (side / 2) - 1]
    const fromMiddle = Math.hypot(x, y)
    const eye = Math.hypot(Math.abs(x) - 0.32, y + 0.25)
    const isMouth = y > 0.12 && Math.abs(Math.hypot(x, y - 0.05) - 0.45) < 0.08
    if (fromMiddle > 0.85) out[i] = y > 0.5 ? 64 : 24
    else if (eye < 0.07) out[i] = 255
    else if (eye < 0.16 || isMouth) out[i] = 32
    else out[i] = 208
  }
  return out
}
