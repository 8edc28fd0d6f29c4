// Pictures that come as bytes.

/** The bytes that a text in base64 stands for. */
export const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))

/**
 * Pixels `[height, width, channels]`, 0 to 255, as a browser draws them: red, green, blue and opacity.
 *
 * @param channels  1 for grey, 3 for colour
 */
export function rgbaOf(pixels: Uint8Array, channels: number): Uint8ClampedArray<ArrayBuffer> {
  const count = pixels.length / channels
  const rgba = new Uint8ClampedArray(4 * count)
  for (let i = 0; i < count; i++) {
    for (let part = 0; part < 3; part++)
      rgba[4 * i + part] = pixels[i * channels + (channels === 3 ? part : 0)]!
    rgba[4 * i + 3] = 255
  }
  return rgba
}
