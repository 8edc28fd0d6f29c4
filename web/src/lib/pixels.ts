// Images as networks make them, on canvases.

/**
 * An image as a canvas takes it.
 *
 * @param image  [height, width, channels], 0 to 1, of 1 or 3 channels; what lies outside is cut off
 */
export function imageData(image: ArrayLike<number>, shape: readonly number[]): ImageData {
  const [height, width, channels] = shape as [number, number, number]
  const out = new ImageData(width, height)
  const { data } = out // Rounds and clamps.
  for (let i = 0; i < height * width; i++) {
    for (let channel = 0; channel < 3; channel++)
      data[4 * i + channel] = 255 * image[i * channels + (channels === 1 ? 0 : channel)]!
    data[4 * i + 3] = 255
  }
  return out
}

/** Draws an image in its own pixels; CSS enlarges the canvas. */
export function drawImage(
  canvas: HTMLCanvasElement,
  image: ArrayLike<number>,
  shape: readonly number[],
): void {
  const data = imageData(image, shape)
  if (canvas.width !== data.width) canvas.width = data.width
  if (canvas.height !== data.height) canvas.height = data.height
  canvas.getContext('2d')!.putImageData(data, 0, 0)
}

/** A canvas with every pixel as a square of `scale` pixels. */
export function enlarged(canvas: HTMLCanvasElement, scale: number): HTMLCanvasElement {
  const out = document.createElement('canvas')
  out.width = canvas.width * scale
  out.height = canvas.height * scale
  const context = out.getContext('2d')!
  context.imageSmoothingEnabled = false
  context.drawImage(canvas, 0, 0, out.width, out.height)
  return out
}

/** Hands a canvas to the browser's downloads. */
export const downloadPng = (canvas: HTMLCanvasElement, name: string): Promise<void> =>
  new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (!blob) return reject(new Error('the browser could not make a PNG of the picture'))
      const link = document.createElement('a')
      link.href = URL.createObjectURL(blob)
      link.download = name
      link.click()
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
      resolve()
    }, 'image/png')
  })
