// Animations of pictures, through sharp: WebP, which keeps every pixel and says how it was made, or GIF.
import sharp from 'sharp'
import { ShapeError } from '../../util/errors.ts'
import type { PixelImage } from '../grid.ts'
import { encodePng } from './png.ts'
import { xmp } from './provenance.ts'

/** Kinds of animations, with the endings of their files. */
export const ANIMATIONS = { webp: '.webp', gif: '.gif' } as const
export type AnimationFormat = keyof typeof ANIMATIONS

export interface AnimationOptions {
  readonly format: AnimationFormat
  /** Pictures a second. */
  readonly pace: number
  /** How long colours of a GIF file are looked for, 1 to 10; default 7, which keeps grey exactly and takes twice as long as 1. */
  readonly effort?: number
  /** The term for how it was made, which WebP files keep; GIF files have no room for it. */
  readonly source: string
}

/** Grey written three times: joined frames of one channel come out wrong. */
const inColour = (picture: PixelImage): PixelImage =>
  picture.channels === 1
    ? {
        ...picture,
        channels: 3,
        pixels: Uint8Array.from(
          { length: 3 * picture.pixels.length },
          (_, i) => picture.pixels[Math.floor(i / 3)]!,
        ),
      }
    : picture

/**
 * Pictures of one size as an animation that goes on for ever. WebP is written without loss; GIF has 256 colours, enough for grey.
 *
 * @throws ShapeError when there are none, or they differ in size
 */
export async function encodeAnimation(
  pictures: readonly PixelImage[],
  { format, pace, source, effort }: AnimationOptions,
): Promise<Uint8Array> {
  const [first] = pictures
  const size = ({ width, height, channels }: PixelImage): string => `${width} x ${height} x ${channels}`
  const other = pictures.find((picture) => size(picture) !== size(first!))
  if (!first || other)
    throw new ShapeError(
      first
        ? `pictures of an animation must have one size, got ${size(first)} and ${size(other!)}`
        : 'an animation needs at least one picture, got none',
    )
  const frames: Uint8Array[] = []
  for (const picture of pictures) frames.push(await encodePng(inColour(picture)))
  return animate(frames, { format, pace, source, ...(effort === undefined ? {} : { effort }) })
}

/** The same of PNG files in colour, all of one size: made once where several animations are made of them. */
export async function animate(
  pngs: readonly Uint8Array[],
  { format, pace, source, effort = 7 }: AnimationOptions,
): Promise<Uint8Array> {
  const frames = pngs.map((png) => Buffer.from(png.buffer, png.byteOffset, png.byteLength))
  const joined = sharp(frames, { join: { animated: true } })
  const timing = { delay: pngs.map(() => Math.round(1000 / pace)), loop: 0 }
  const encoded =
    format === 'webp'
      ? joined.withXmp(xmp(source)).webp({ ...timing, lossless: true, effort: 4 })
      : joined.gif({ ...timing, dither: 0, effort })
  return new Uint8Array(await encoded.toBuffer())
}
