// Images on canvases, and pictures as files.
import { fillRgba } from './rgba.ts'

/** An image as networks make it, [height, width, channels] in [0, 1], as a canvas takes it. */
export function imageData(image: ArrayLike<number>, shape: readonly number[]): ImageData {
  const [height, width, channels] = shape as [number, number, number]
  const out = new ImageData(width, height)
  fillRgba(out.data, image, channels, 255)
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

/**
 * A picture as a PNG file, each of its pixels a square of `scale` pixels.
 *
 * @throws Error when that is too large for a canvas
 */
export function enlargedPng(picture: HTMLCanvasElement | ImageBitmap, scale: number): Promise<Blob> {
  const canvas = document.createElement('canvas')
  canvas.width = picture.width * scale
  canvas.height = picture.height * scale
  const context = canvas.getContext('2d')!
  context.imageSmoothingEnabled = false
  context.drawImage(picture, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error(`${scale} times as large is too large here`))),
      'image/png',
    ),
  )
}

/** The picture behind an address. @throws Error when it cannot be read */
export async function fetchPicture(url: string): Promise<ImageBitmap> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`the picture could not be read: the studio answered ${response.status}`)
  return createImageBitmap(await response.blob())
}

/** The middle square of a picture file, `side` pixels wide, in grey. @throws Error when the browser cannot read it */
export async function greySquare(file: Blob, side: number): Promise<Uint8Array<ArrayBuffer>> {
  const picture = await createImageBitmap(file).catch(() => {
    throw new Error('This file is no picture that the browser can read: choose a PNG, JPEG, WebP or GIF.')
  })
  const canvas = document.createElement('canvas')
  canvas.width = side
  canvas.height = side
  const context = canvas.getContext('2d')!
  const { width, height } = picture
  const square = Math.min(width, height)
  const [left, top] = [(width - square) / 2, (height - square) / 2]
  // What is transparent lies on white.
  context.fillStyle = '#fff'
  context.fillRect(0, 0, side, side)
  context.drawImage(picture, left, top, square, square, 0, 0, side, side)
  const { data } = context.getImageData(0, 0, side, side)
  return Uint8Array.from({ length: side * side }, (_, i) =>
    Math.round(0.299 * data[4 * i]! + 0.587 * data[4 * i + 1]! + 0.114 * data[4 * i + 2]!),
  )
}

/** Lets the browser save bytes as a file. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
