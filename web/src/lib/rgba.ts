// Pixels of the data as pixels of a screen.

/**
 * Fills `out` [pixels, 4] from bytes [pixels, channels]: three channels are colours, of any other number the first is a
 * grey.
 */
export function fillRgba(out: Uint8ClampedArray, pixels: ArrayLike<number>, channels: number): void {
  const [green, blue] = channels === 3 ? [1, 2] : [0, 0]
  for (let from = 0, to = 0; to < out.length; from += channels, to += 4) {
    out[to] = pixels[from]!
    out[to + 1] = pixels[from + green]!
    out[to + 2] = pixels[from + blue]!
    out[to + 3] = 255
  }
}
