// A drawing in white ink on black: strokes of a round brush, over an image or over nothing, which can be taken back.

/** What was done; the drawing is the sum of it. */
type Deed =
  | { readonly kind: 'clear' }
  | { readonly kind: 'image'; readonly pixels: Uint8Array }
  | { readonly kind: 'stroke'; readonly radius: number; readonly points: number[] }

/** A part of the drawing, in its pixels. */
export interface Region {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** `[height, width, channels]` of an image of the data. */
export type ImageShape = readonly [number, number, number]

/** How many pixels of a drawing a pixel of the data is wide, so that a drawing has about 448 pixels a side. */
export const finenessOf = ([height, width]: ImageShape): number =>
  Math.max(1, Math.round(448 / Math.max(height, width)))

/**
 * Coordinates and radii are in pixels of the drawing, from its left top corner; a pixel's centre lies half a pixel in.
 */
export class Drawing {
  readonly width: number
  readonly height: number
  readonly channels: number
  /** Pixels of the drawing per pixel of the data, each way. */
  readonly fineness: number
  /** [height, width, channels], 0 to 255. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>
  #deeds: Deed[] = []
  #open: Extract<Deed, { kind: 'stroke' }> | undefined

  /** @param shape  of an image of the data */
  constructor(shape: ImageShape) {
    this.fineness = finenessOf(shape)
    this.height = shape[0] * this.fineness
    this.width = shape[1] * this.fineness
    this.channels = shape[2]
    this.pixels = new Uint8ClampedArray(this.height * this.width * this.channels)
  }

  /** Everything. */
  get whole(): Region {
    return { left: 0, top: 0, width: this.width, height: this.height }
  }

  /** Whether nothing is on it. */
  get isEmpty(): boolean {
    const last = this.#deeds.at(-1)
    return last === undefined || last.kind === 'clear'
  }

  get canUndo(): boolean {
    return this.#deeds.length > 0
  }

  /** Sets the brush down: a dot. @returns what changed */
  begin(x: number, y: number, radius: number): Region {
    this.#open = { kind: 'stroke', radius, points: [x, y] }
    this.#deeds.push(this.#open)
    return this.#paint(x, y, x, y, radius)
  }

  /** Draws on to a place; nothing happens while the brush is up. @returns what changed */
  extend(x: number, y: number): Region {
    if (!this.#open) return { left: 0, top: 0, width: 0, height: 0 }
    const { points, radius } = this.#open
    const [fromX, fromY] = points.slice(-2) as [number, number]
    points.push(x, y)
    return this.#paint(fromX, fromY, x, y, radius)
  }

  /** Lifts the brush. */
  end(): void {
    this.#open = undefined
  }

  /** Puts an image of the data in place of everything: [height, width, channels] of the data. */
  load(image: Uint8Array): void {
    this.#do({ kind: 'image', pixels: image })
  }

  clear(): void {
    if (!this.isEmpty) this.#do({ kind: 'clear' })
  }

  /** Takes the last stroke, image or clearing back. */
  undo(): void {
    this.end()
    this.#deeds.pop()
    this.#redraw()
  }

  #do(deed: Deed): void {
    this.end()
    this.#deeds.push(deed)
    this.#redraw()
  }

  #redraw(): void {
    const start = this.#deeds.findLastIndex(({ kind }) => kind !== 'stroke')
    this.pixels.fill(0)
    for (const deed of this.#deeds.slice(Math.max(0, start))) {
      if (deed.kind === 'image') this.#enlarge(deed.pixels)
      if (deed.kind !== 'stroke') continue
      const { points, radius } = deed
      this.#paint(points[0]!, points[1]!, points[0]!, points[1]!, radius)
      for (let i = 2; i < points.length; i += 2)
        this.#paint(points[i - 2]!, points[i - 1]!, points[i]!, points[i + 1]!, radius)
    }
  }

  #enlarge(image: Uint8Array): void {
    const { width, height, channels, fineness, pixels } = this
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const from = (Math.floor(y / fineness) * (width / fineness) + Math.floor(x / fineness)) * channels
        for (let c = 0; c < channels; c++) pixels[(y * width + x) * channels + c] = image[from + c]!
      }
  }

  /** A line with round ends, its edge softened over one pixel. */
  #paint(fromX: number, fromY: number, toX: number, toY: number, radius: number): Region {
    const { width, height, channels, pixels } = this
    const reach = radius + 1
    const left = Math.max(0, Math.floor(Math.min(fromX, toX) - reach))
    const top = Math.max(0, Math.floor(Math.min(fromY, toY) - reach))
    const right = Math.min(width, Math.ceil(Math.max(fromX, toX) + reach))
    const bottom = Math.min(height, Math.ceil(Math.max(fromY, toY) + reach))
    const [alongX, alongY] = [toX - fromX, toY - fromY]
    const squared = alongX * alongX + alongY * alongY
    for (let y = top; y < bottom; y++)
      for (let x = left; x < right; x++) {
        const [dx, dy] = [x + 0.5 - fromX, y + 0.5 - fromY]
        const share = squared === 0 ? 0 : Math.min(1, Math.max(0, (dx * alongX + dy * alongY) / squared))
        const distance = Math.hypot(dx - share * alongX, dy - share * alongY)
        const ink = 255 * Math.min(1, Math.max(0, radius + 0.5 - distance))
        const at = (y * width + x) * channels
        for (let c = at; c < at + channels; c++) if (pixels[c]! < ink) pixels[c] = ink
      }
    return { left, top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) }
  }
}
