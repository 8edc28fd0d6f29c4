// The way to a plane within the box, beside one that is found by trying every breakpoint.
import { expect, it } from 'vitest'
import { toPlane } from '../../src/attacks/plane.ts'
import type { Norm } from '../../src/attacks/threat.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { constant } from '../../src/graph/value.ts'
import { randomStream } from '../../src/util/random.ts'

const SIZE = 24

/** The smallest t, by halving an interval 200 times. */
function exact(norm: Norm, x: Float32Array, w: Float32Array, need: number): number[] {
  const way = Array.from(w, (each) => Math.sign(each) * Math.sign(need))
  const room = Array.from(x, (each, i) => (way[i]! > 0 ? 1 - each : each))
  const at = (t: number) =>
    room.map((most, i) => way[i]! * Math.min(t * (norm === 'linf' ? 1 : Math.abs(w[i]!)), most))
  const gained = (t: number) => at(t).reduce((sum, d, i) => sum + d * w[i]!, 0) * Math.sign(need)
  let [low, high] = [0, 1e6]
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2
    if (gained(middle) < Math.abs(need)) low = middle
    else high = middle
  }
  return at(high)
}

it.each(['linf', 'l2'] as const)('is the shortest under %s, also where the box is in the way', (norm) => {
  for (let trial = 0; trial < 40; trial++) {
    const random = randomStream(trial, 'plane')
    const x = new Float32Array(SIZE).map(() =>
      random.uniform() < 0.5 ? Math.round(random.uniform()) : random.uniform(),
    )
    const w = random.fillNormal(new Float32Array(SIZE))
    if (trial % 3 === 0) w[3] = 0
    const most = exact(norm, x, w, 1e9).reduce((sum, d, i) => sum + d * w[i]!, 0)
    // The last trials ask for more than the box has.
    const need = Math.fround((trial % 2 ? -1 : 1) * (trial < 34 ? most * 0.8 * random.uniform() : most * 1.5))
    const image = constant(x, [1, 4, 6, 1])
    const way = toPlane(norm, image, constant(w, [1, 4, 6, 1]), constant([need], [1, 1, 1, 1]))
    const found = interpret({ way }, {}).way!
    const wanted = exact(norm, x, w, need)
    Array.from(found.data).forEach((d, i) => {
      expect(Math.abs(d - wanted[i]!), `trial ${trial}`).toBeLessThan(1e-4)
    })
  }
})
