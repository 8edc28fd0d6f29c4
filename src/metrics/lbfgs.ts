// L-BFGS: the minimum of a smooth function, by slopes of the last few steps in place of second derivatives.

export interface LbfgsOptions {
  /** Steps at most. */
  readonly steps: number
  /** Steps that are remembered; default 10. */
  readonly memory?: number
  /** It ends when no slope is larger than this share of the largest at the start; default 1e-4. */
  readonly tolerance?: number
}

export type Evaluate = (
  at: Float64Array,
) => Promise<{ readonly value: number; readonly gradient: Float64Array }>

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
const largest = (a: Float64Array): number => a.reduce((most, x) => Math.max(most, Math.abs(x)), 0)

/** Halvings of a step before it is given up: float32 values show no more descent then. */
const HALVINGS = 20
/** Share of the descent that the slope promises which a step must keep (Armijo). */
const KEPT = 1e-4

/**
 * Minimises a function from where it starts, by steps along slopes bent by what the last of them have shown of the curvature.
 *
 * @param start  is not changed
 * @returns the lowest point found
 * @source Nocedal & Wright 2006, Numerical Optimization, algorithms 7.4 and 7.5, with backtracking
 */
export async function lbfgs(
  start: Float64Array,
  { steps, memory = 10, tolerance = 1e-4 }: LbfgsOptions,
  evaluate: Evaluate,
): Promise<Float64Array> {
  let at = start.slice()
  let now = await evaluate(at)
  const limit = tolerance * largest(now.gradient)
  const past: { readonly move: Float64Array; readonly change: Float64Array; readonly rho: number }[] = []
  for (let step = 0; step < steps && largest(now.gradient) > limit; step++) {
    const direction = now.gradient.map((g) => -g)
    const alphas = past.toReversed().map(({ move, change, rho }) => {
      const alpha = rho * dot(move, direction)
      for (let i = 0; i < direction.length; i++) direction[i]! -= alpha * change[i]!
      return alpha
    })
    const last = past.at(-1)
    const scale = last
      ? 1 / (last.rho * dot(last.change, last.change))
      : 1 / Math.max(1, largest(now.gradient))
    for (let i = 0; i < direction.length; i++) direction[i]! *= scale
    past.forEach(({ move, change, rho }, i) => {
      const beta = alphas[past.length - 1 - i]! - rho * dot(change, direction)
      for (let j = 0; j < direction.length; j++) direction[j]! += beta * move[j]!
    })
    const slope = dot(now.gradient, direction)
    if (!(slope < 0)) break
    let length = 1
    let next: typeof now | undefined
    let point = at
    for (let half = 0; half < HALVINGS && !next; half++, length /= 2) {
      point = at.map((x, i) => x + length * direction[i]!)
      const found = await evaluate(point)
      if (found.value <= now.value + KEPT * length * slope) next = found
    }
    if (!next) break
    const move = point.map((x, i) => x - at[i]!)
    const change = next.gradient.map((g, i) => g - now.gradient[i]!)
    const curvature = dot(move, change)
    // Without a positive curvature the pair says nothing of a minimum.
    if (curvature > 1e-12 * dot(change, change)) past.push({ move, change, rho: 1 / curvature })
    if (past.length > memory) past.shift()
    at = point
    now = next
  }
  return at
}
