// Ink on paper: the grey value that a pen of changing width leaves on each pixel of a small square.

/** Width of the grey edge in pixels: a scan at high resolution, reduced with a soft filter. */
const EDGE = 1.4

/**
 * Draws straight pieces between consecutive points, each as wide as the pen is there; the darkest ink wins.
 *
 * The value of a pixel is the convolution of the stroke's cross-section with a box of one edge's width, so a
 * thin stroke is grey in its middle and a thick one is saturated; a smooth step then makes middle greys as
 * rare as they are in scans.
 *
 * @param pixels  [size, size], 0 to 1, added to
 * @param points  x, y pairs in pixels; pixel (column, row) has its centre at (column + 0.5, row + 0.5)
 * @param radii   half the pen's width at each point, in pixels
 */
export function drawPolyline(
  pixels: Float32Array,
  size: number,
  points: Float64Array,
  radii: Float64Array,
  from: number,
  to: number,
): void {
  for (let i = from; i + 1 < to; i++) {
    const x1 = points[2 * i]!
    const y1 = points[2 * i + 1]!
    const dx = points[2 * i + 2]! - x1
    const dy = points[2 * i + 3]! - y1
    const r1 = radii[i]!
    const dr = radii[i + 1]! - r1
    const reach = Math.max(r1, r1 + dr) + EDGE / 2
    const left = Math.max(0, Math.floor(Math.min(x1, x1 + dx) - reach - 0.5) + 1)
    const right = Math.min(size - 1, Math.ceil(Math.max(x1, x1 + dx) + reach - 0.5) - 1)
    const top = Math.max(0, Math.floor(Math.min(y1, y1 + dy) - reach - 0.5) + 1)
    const bottom = Math.min(size - 1, Math.ceil(Math.max(y1, y1 + dy) + reach - 0.5) - 1)
    const scale = 1 / (dx * dx + dy * dy + 1e-12)
    for (let row = top; row <= bottom; row++) {
      const py = row + 0.5 - y1
      for (let column = left; column <= right; column++) {
        const px = column + 0.5 - x1
        const t = Math.max(0, Math.min(1, (px * dx + py * dy) * scale))
        const ex = px - t * dx
        const ey = py - t * dy
        const radius = r1 + t * dr
        const square = ex * ex + ey * ey
        const limit = radius + EDGE / 2
        if (square >= limit * limit) continue
        const distance = Math.sqrt(square)
        const near = Math.min(1, (radius - distance) / EDGE + 0.5)
        const far = Math.min(1, (radius + distance) / EDGE + 0.5)
        const cover = near + far - 1
        const ink = cover * cover * (3 - 2 * cover)
        const at = row * size + column
        if (ink > pixels[at]!) pixels[at] = ink
      }
    }
  }
}
