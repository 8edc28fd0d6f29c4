// Smooth pen paths: a centripetal Catmull-Rom spline through control points, cut into short straight pieces.

/** Straight pieces per span between two control points: enough that 28 x 28 pixels show no corners. */
const PIECES = 5

/**
 * Writes the spline through points `from` ... `to - 1` into `out`.
 *
 * Tangents are those of Barry and Goldman with knots at the square root of the chord, which cannot loop
 * or cusp between points, however uneven they are.
 *
 * @param points  x, y pairs
 * @param out     receives x, y pairs, the first control point included
 * @param at      number of pairs already in `out`
 * @returns the number of pairs in `out` afterwards
 */
export function appendSpline(
  points: Float64Array,
  from: number,
  to: number,
  out: Float64Array,
  at: number,
): number {
  out[2 * at] = points[2 * from]!
  out[2 * at + 1] = points[2 * from + 1]!
  at++
  for (let i = from; i + 1 < to; i++) {
    const x1 = points[2 * i]!
    const y1 = points[2 * i + 1]!
    const x2 = points[2 * i + 2]!
    const y2 = points[2 * i + 3]!
    const span = knot(x2 - x1, y2 - y1)
    const chordX = x2 - x1
    const chordY = y2 - y1
    // Tangents times the span, at both ends of this piece.
    let leftX = chordX
    let leftY = chordY
    let rightX = chordX
    let rightY = chordY
    if (i > from) {
      const x0 = points[2 * i - 2]!
      const y0 = points[2 * i - 1]!
      const before = knot(x1 - x0, y1 - y0)
      leftX += span * ((x1 - x0) / before - (x2 - x0) / (before + span))
      leftY += span * ((y1 - y0) / before - (y2 - y0) / (before + span))
    }
    if (i + 2 < to) {
      const x3 = points[2 * i + 4]!
      const y3 = points[2 * i + 5]!
      const after = knot(x3 - x2, y3 - y2)
      rightX += span * ((x3 - x2) / after - (x3 - x1) / (span + after))
      rightY += span * ((y3 - y2) / after - (y3 - y1) / (span + after))
    }
    // At a free end the curve straightens out gently.
    if (i === from) {
      leftX = 1.5 * chordX - 0.5 * rightX
      leftY = 1.5 * chordY - 0.5 * rightY
    }
    if (i + 2 === to) {
      rightX = 1.5 * chordX - 0.5 * leftX
      rightY = 1.5 * chordY - 0.5 * leftY
    }
    for (let k = 1; k <= PIECES; k++) {
      const t = k / PIECES
      const a = t * t * (3 - 2 * t)
      const b = t * (1 - t) * (1 - t)
      const c = t * t * (t - 1)
      out[2 * at] = x1 + a * chordX + b * leftX + c * rightX
      out[2 * at + 1] = y1 + a * chordY + b * leftY + c * rightY
      at++
    }
  }
  return at
}

const knot = (dx: number, dy: number): number => Math.sqrt(Math.sqrt(dx * dx + dy * dy)) + 1e-9
