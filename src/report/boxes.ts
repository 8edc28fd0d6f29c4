// Small boxes moved apart, so that none hides another.

/** A box about its centre. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Rounds of moving; a dozen boxes settle in far fewer. */
const ROUNDS = 100

/**
 * The boxes, moved no further than needed until none overlaps another: each overlapping pair parts along the axis on
 * which it overlaps less, half the way each. Boxes that are crowded beyond hope stay as near as they got.
 *
 * @param gap  kept between them. Default 2
 */
export function movedApart(boxes: readonly Box[], gap = 2): Box[] {
  const moved = boxes.map((box) => ({ ...box }))
  for (let round = 0, still = false; round < ROUNDS && !still; round++) {
    still = true
    for (const [index, a] of moved.entries())
      for (const b of moved.slice(0, index)) {
        const across = (a.width + b.width) / 2 + gap - Math.abs(a.x - b.x)
        const along = (a.height + b.height) / 2 + gap - Math.abs(a.y - b.y)
        if (across <= 1e-6 || along <= 1e-6) continue
        still = false
        const axis = across < along ? 'x' : 'y'
        const half = Math.min(across, along) / 2
        const side = a[axis] < b[axis] ? -half : half
        a[axis] += side
        b[axis] -= side
      }
  }
  return moved
}
