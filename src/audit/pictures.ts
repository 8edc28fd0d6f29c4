// Pictures of what broke a model: some images as they are and as an attack left them, in the bytes that fool it.

/** Of one part; more would bury the reader. */
const MOST = 8

export const examplePicture = (place: number): string =>
  `figures/example-${String(place).padStart(5, '0')}.png`
export const brokenPicture = (place: number, attack: string): string =>
  examplePicture(place).replace('.png', `-${attack}.png`)

const bytesOf = (images: Float32Array): Uint8Array =>
  Uint8Array.from(images, (value) => Math.round(255 * value))

export interface Broken {
  /** Numbers of one image. */
  readonly size: number
  /** Of the attack. */
  readonly name: string
  /** Places in the audit's images. */
  readonly tried: readonly number[]
  readonly images: Float32Array
  /** What the attack made of them, as 8 bits hold it. */
  readonly rounded: Float32Array
  /** 1 where these bytes fool the file. */
  readonly whole: readonly number[]
}

/** The first few that fool the model as a picture file would, and what they were made from. */
export function picturesOf({ size, name, tried, images, rounded, whole }: Broken): {
  readonly pictures: Record<string, Uint8Array>
  /** File names by place. */
  readonly names: Record<string, string>
} {
  const pictures: Record<string, Uint8Array> = {}
  const names: Record<string, string> = {}
  const shown = [...whole.keys()].filter((i) => whole[i]).slice(0, MOST)
  for (const i of shown) {
    const place = tried[i]!
    const row = (of: Float32Array): Uint8Array => bytesOf(of.subarray(i * size, (i + 1) * size))
    pictures[examplePicture(place)] = row(images)
    pictures[brokenPicture(place, name)] = row(rounded)
    names[place] = brokenPicture(place, name)
  }
  return { pictures, names }
}
