// Attacks as a page makes them, on a classifier that is linear: what they may change, and what they find.
import { describe, expect, it } from 'vitest'
import { type Ask, attacked, largest, project } from '../../web/src/lib/attack.ts'

const WEIGHTS = [
  [1, -2, 0.5, 0],
  [-1, 1, 0, 2],
]
/** Logits of two classes; gradients of their difference. */
const ask: Ask = async (image, truth) => {
  const logits = Float32Array.from(WEIGHTS, (row) => row.reduce((sum, w, p) => sum + w * image[p]!, 0))
  const other = WEIGHTS[1 - truth]!
  const gradient = Float32Array.from(WEIGHTS[truth]!, (w, p) => other[p]! - w)
  return { logits, loss: gradient, margin: gradient }
}
const start = Float32Array.of(0.9, 0.2, 0.5, 0.1)

describe.each(['linf', 'l2'] as const)('an attack within %s', (norm) => {
  it.each(['fgsm', 'pgd', 'noise'] as const)('by %s stays in ball and box', async (kind) => {
    for (const eps of [0.05, 0.3, 2]) {
      const made = await attacked(start, 0, { norm, eps, kind }, ask)
      const change = made.map((value, p) => value - start[p]!)
      const size = norm === 'linf' ? Math.max(...change.map(Math.abs)) : Math.hypot(...change)
      expect(size).toBeLessThanOrEqual(eps + 1e-6)
      expect(made.every((value) => value >= 0 && value <= 1)).toBe(true)
    }
  })

  it('flips what can be flipped, and leaves what may not change', async () => {
    expect(largest((await ask(start, 0)).logits)).toBe(0)
    for (const kind of ['fgsm', 'pgd'] as const)
      expect(largest((await ask(await attacked(start, 0, { norm, eps: 0.6, kind }, ask), 0)).logits)).toBe(1)
    expect(await attacked(start, 0, { norm, eps: 0, kind: 'pgd' }, ask)).toEqual(start)
    expect(await attacked(start, 0, { norm, eps: 1, kind: 'none' }, ask)).toEqual(start)
  })
})

it('moves what left the ball back onto it', () => {
  const far = Float32Array.of(1, 1, 1, 1)
  const back = project(far, start, { norm: 'l2', eps: 0.5, kind: 'pgd' })
  expect(Math.hypot(...back.map((value, p) => value - start[p]!))).toBeCloseTo(0.5, 5)
})
