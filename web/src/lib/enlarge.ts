// A picture made larger by whole pixels, as a file.

/** @throws Error when the picture cannot be read or is too large for a canvas */
export async function enlargedPng(url: string, scale: number): Promise<Blob> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`the picture could not be read: the studio answered ${response.status}`)
  const picture = await createImageBitmap(await response.blob())
  const canvas = document.createElement('canvas')
  canvas.width = picture.width * scale
  canvas.height = picture.height * scale
  const context = canvas.getContext('2d')!
  context.imageSmoothingEnabled = false
  context.drawImage(picture, 0, 0, canvas.width, canvas.height)
  picture.close()
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error(`${scale} times as large is too large here`))),
      'image/png',
    ),
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
