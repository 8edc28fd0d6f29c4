// Numbers of an image as pixels of a screen.

/**
 * Fills `out` [pixels, 4] from values [pixels, channels]: three channels are colours, of any other number the first is a
 * grey. The array rounds, and cuts off what lies outside.
 *
 * @param scale  what a value is multiplied by: 1 for bytes, 255 for numbers in [0, 1]. Default 1
 */
export function fillRgba(
  out: Uint8ClampedArray,
  values: ArrayLike<number>,
  channels: number,
  scale = 1,
): void {
  const [green, blue] = channels === 3 ? [1, 2] : [0, 0]
  for (let from = 0, to = 0; to < out.length; from += channels, to += 4) {
    out[to] = scale * values[from]!
    out[to + 1] = scale * values[from + green]!
    out[to + 2] = scale * values[from + blue]!
    out[to + 3] = 255
  }
}
