// A map of features: how one is turned so that it agrees with the one before, where it is drawn, who is beside whom.

/** Points of a plane, `[n, 2]`: x and y of each, in turn. */
export type Points = ArrayLike<number>

/** How points are moved: `x' = xx x + xy y + x0`, `y' = yx x + yy y + y0`. */
export interface Turn {
  readonly xx: number
  readonly xy: number
  readonly yx: number
  readonly yy: number
  readonly x0: number
  readonly y0: number
}

export const STILL: Turn = { xx: 1, xy: 0, yx: 0, yy: 1, x0: 0, y0: 0 }

const middleOf = (points: Points): [number, number] => {
  const n = Math.max(1, points.length / 2)
  let [x, y] = [0, 0]
  for (let at = 0; at < points.length; at += 2) {
    x += points[at]!
    y += points[at + 1]!
  }
  return [x / n, y / n]
}

/**
 * The turn, or the turn of its mirror image, that brings points closest to those of before (least squares), their middles together.
 * Distances among the points stay as they are, so a principal plane is still the same plane: only its two axes are other ones.
 *
 * @param points  those of the same things as `before`, in the same order; else nothing is turned
 * @source Schönemann 1966, "A generalized solution of the orthogonal Procrustes problem", in two dimensions
 */
export function agreement(points: Points, before: Points | undefined): Turn {
  if (before?.length !== points.length || points.length === 0) return STILL
  const [px, py] = middleOf(points)
  const [qx, qy] = middleOf(before)
  // Sums over the points: of products of x with x, x with y and so on.
  let [xx, xy, yx, yy] = [0, 0, 0, 0]
  for (let at = 0; at < points.length; at += 2) {
    const [x, y] = [points[at]! - px, points[at + 1]! - py]
    const [u, v] = [before[at]! - qx, before[at + 1]! - qy]
    xx += x * u
    xy += x * v
    yx += y * u
    yy += y * v
  }
  // A turn by an angle gains cos (xx + yy) + sin (xy - yx); of the mirror image the signs of y are others.
  const plain = Math.hypot(xx + yy, xy - yx)
  const mirrored = Math.hypot(xx - yy, xy + yx)
  const side = mirrored > plain ? -1 : 1
  const angle = Math.atan2(xy - side * yx, xx + side * yy)
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const turn = { xx: cos, xy: -side * sin, yx: sin, yy: side * cos }
  return { ...turn, x0: qx - turn.xx * px - turn.xy * py, y0: qy - turn.yx * px - turn.yy * py }
}

/** Points after a turn. */
export function turned(points: Points, { xx, xy, yx, yy, x0, y0 }: Turn): Float64Array {
  const out = new Float64Array(points.length)
  for (let at = 0; at < points.length; at += 2) {
    const [x, y] = [points[at]!, points[at + 1]!]
    out[at] = xx * x + xy * y + x0
    out[at + 1] = yx * x + yy * y + y0
  }
  return out
}

/** What of the square stays free at each side. */
const MARGIN = 0.04

/** What puts points into a square of side 1, y downwards, both axes alike. All of `points` are inside. */
export function frameOf(points: Points): Turn {
  const range = (axis: 0 | 1): [number, number] => {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (let at = axis; at < points.length; at += 2) {
      least = Math.min(least, points[at]!)
      most = Math.max(most, points[at]!)
    }
    return [least, most]
  }
  const [[left, right], [low, high]] = [range(0), range(1)]
  const scale = (1 - 2 * MARGIN) / (Math.max(right - left, high - low) || 1)
  return {
    xx: scale,
    xy: 0,
    yx: 0,
    yy: -scale,
    x0: 0.5 - (scale * (left + right)) / 2,
    y0: 0.5 + (scale * (low + high)) / 2,
  }
}

/** Points on their way from one place to another. @param share  0 gives `from`, 1 gives `to` */
export function between(from: Points, to: Points, share: number): Float64Array {
  if (from.length !== to.length) return Float64Array.from(to)
  // Fast in the middle, and softly at both ends.
  const t = share * share * (3 - 2 * share)
  return Float64Array.from(to, (value, at) => from[at]! + t * (value - from[at]!))
}

/** The point that lies nearest to a place, no farther than `reach`. */
export function pointAt(
  points: Points,
  [x, y]: readonly [number, number],
  reach: number,
): number | undefined {
  let [found, least]: [number | undefined, number] = [undefined, reach]
  for (let i = 0; 2 * i < points.length; i++) {
    const distance = Math.hypot(points[2 * i]! - x, points[2 * i + 1]! - y)
    if (distance > least) continue
    found = i
    least = distance
  }
  return found
}

/** The next point in a direction: near, and not far beside the way. The same where there is none. */
export function pointTowards(points: Points, from: number, [dx, dy]: readonly [number, number]): number {
  let [found, least] = [from, Number.POSITIVE_INFINITY]
  for (let i = 0; 2 * i < points.length; i++) {
    const [x, y] = [points[2 * i]! - points[2 * from]!, points[2 * i + 1]! - points[2 * from + 1]!]
    const ahead = x * dx + y * dy
    if (ahead <= 1e-9) continue
    const cost = ahead + 2 * Math.abs(x * dy - y * dx)
    if (cost >= least) continue
    found = i
    least = cost
  }
  return found
}

/** How much nearer neighbours count more, as in the vote of neighbours of `sparring probe`. */
const TEMPERATURE = 0.07

/** Where something lies that only its neighbours are known of: at their mean, each with a weight of exp(cosine / 0.07). */
export function amongNeighbours(
  points: Points,
  { neighbours, cosines }: { readonly neighbours: readonly number[]; readonly cosines: readonly number[] },
): [number, number] {
  let [x, y, whole] = [0, 0, 0]
  for (const [j, i] of neighbours.entries()) {
    const weight = Math.exp((cosines[j]! - cosines[0]!) / TEMPERATURE)
    x += weight * points[2 * i]!
    y += weight * points[2 * i + 1]!
    whole += weight
  }
  return [x / whole, y / whole]
}

/** What stands for each class in the map, beside its colour: a short name itself, else a letter, else its number. */
export const marksOf = (classes: readonly string[]): string[] =>
  classes.every((name) => name.length <= 2)
    ? [...classes]
    : classes.map((_, i) => (i < 26 ? String.fromCharCode(65 + i) : String(i)))

/** The share of labelled images whose nearest neighbour has the same label; undefined without labels. */
export function agreeing({
  labels,
  neighbours,
  k,
}: {
  readonly labels: readonly number[]
  readonly neighbours: readonly number[]
  readonly k: number
}): number | undefined {
  const labelled = labels.flatMap((label, i) => (label >= 0 ? [i] : []))
  if (labelled.length === 0) return undefined
  return labelled.filter((i) => labels[neighbours[i * k]!] === labels[i]).length / labelled.length
}
