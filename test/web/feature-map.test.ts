// Maps of features: turned to agree with the one before, walked by keys, and laid out by neighbours.
import { expect, test } from 'vitest'
import { randomStream } from '../../src/util/random.ts'
import {
  agreeing,
  agreement,
  amongNeighbours,
  between,
  frameOf,
  marksOf,
  pointAt,
  pointTowards,
  STILL,
  turned,
} from '../../web/src/lib/feature-map.ts'
import { umapOf } from '../../web/src/lib/umap.ts'

const random = randomStream(5, 'map')
const some = Float64Array.from({ length: 40 }, () => random.normal())
const close = (got: ArrayLike<number>, wanted: ArrayLike<number>, digits = 9): void => {
  expect(got.length).toBe(wanted.length)
  for (let at = 0; at < got.length; at++) expect(got[at]).toBeCloseTo(wanted[at]!, digits)
}

test.each([
  ['turned by any angle', [Math.cos(2.1), -Math.sin(2.1), Math.sin(2.1), Math.cos(2.1)]],
  ['with one axis of the other sign', [1, 0, 0, -1]],
  ['with its axes exchanged', [0, 1, 1, 0]],
  ['with both signs changed', [-1, 0, 0, -1]],
] as const)('a map %s and moved is brought back to the one before', (_, [xx, xy, yx, yy]) => {
  const other = turned(some, { xx, xy, yx, yy, x0: 3, y0: -7 })
  close(turned(other, agreement(other, some)), some)
})

test('a map that has changed comes as near as it can without any distance changing', () => {
  const changed = some.map((x) => 2 * x + 0.3 * random.normal())
  const best = turned(changed, agreement(changed, some))
  const apart = (points: ArrayLike<number>, i: number, j: number) =>
    Math.hypot(points[2 * i]! - points[2 * j]!, points[2 * i + 1]! - points[2 * j + 1]!)
  for (const [i, j] of [
    [0, 1],
    [3, 17],
    [8, 9],
  ] as const)
    expect(apart(best, i, j)).toBeCloseTo(apart(changed, i, j), 9)
  const off = (points: ArrayLike<number>) => some.reduce((sum, x, at) => sum + (x - points[at]!) ** 2, 0)
  // Neither a little further turned nor mirrored is nearer.
  const [mx, my] = [0, 1].map((axis) =>
    best.filter((_, at) => at % 2 === axis).reduce((a, x) => a + x / 20, 0),
  )
  for (const angle of [-0.01, 0.01]) {
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
    const further = turned(turned(best, { ...STILL, x0: -mx!, y0: -my! }), {
      xx: cos,
      xy: -sin,
      yx: sin,
      yy: cos,
      x0: mx!,
      y0: my!,
    })
    expect(off(further)).toBeGreaterThan(off(best))
  }
  expect(agreement(changed, undefined)).toEqual(STILL)
  expect(agreement(changed, some.slice(2))).toEqual(STILL)
})

test('a frame holds all points with both axes alike, also where there is but one place', () => {
  const framed = turned(some, frameOf(some))
  expect(Math.min(...framed)).toBeGreaterThan(0.039)
  expect(Math.max(...framed)).toBeLessThan(0.961)
  close(turned([4, 4, 4, 4], frameOf([4, 4, 4, 4])), [0.5, 0.5, 0.5, 0.5])
  close(between(some, framed, 0), some)
  close(between(some, framed, 1), framed)
})

test('points are found at places and in directions', () => {
  const cross = [0.5, 0.5, 0.9, 0.5, 0.5, 0.1, 0.7, 0.2, 0.5, 0.9]
  expect(pointAt(cross, [0.52, 0.49], 0.05)).toBe(0)
  expect(pointAt(cross, [0.3, 0.3], 0.05)).toBeUndefined()
  expect(pointTowards(cross, 0, [1, 0])).toBe(1)
  expect(pointTowards(cross, 0, [0, -1])).toBe(2)
  expect(pointTowards(cross, 0, [0, 1])).toBe(4)
  expect(pointTowards(cross, 1, [1, 0])).toBe(1)
})

test('what is known by its neighbours lies among them, nearest to the nearest', () => {
  const places = [0, 0, 1, 0]
  close(amongNeighbours(places, { neighbours: [0, 1], cosines: [0.9, 0.9] }), [0.5, 0])
  const [x] = amongNeighbours(places, { neighbours: [1, 0], cosines: [0.9, 0.76] })
  expect(x).toBeCloseTo(1 / (1 + Math.exp(-2)), 9)
})

test('classes have marks beside their colours, and neighbours of one label are counted', () => {
  expect(marksOf(['0', '10'])).toEqual(['0', '10'])
  expect(marksOf(['cat', 'dog'])).toEqual(['A', 'B'])
  expect(agreeing({ labels: [1, 1, 2, -1], neighbours: [1, 0, 0, 2], k: 1 })).toBeCloseTo(2 / 3, 9)
  expect(agreeing({ labels: [-1, -1], neighbours: [1, 0], k: 1 })).toBeUndefined()
})

test('UMAP gives the same picture each time, and keeps apart what has no neighbours in common', () => {
  // Two groups of 20 that lie over each other in the plane; nearest are the next of its own group.
  const [n, k] = [40, 12]
  const draws = randomStream(1, 'groups')
  const task = {
    plane: Array.from({ length: 2 * n }, () => draws.normal()),
    neighbours: Array.from({ length: n * k }, (_, at) => {
      const i = Math.floor(at / k)
      return Math.floor(i / 20) * 20 + (((i % 20) + 1 + (at % k)) % 20)
    }),
    cosines: Array.from({ length: n * k }, (_, at) => 0.95 - 0.02 * (at % k)),
    k,
  }
  const shares: number[] = []
  const places = umapOf(task, (share) => shares.push(share))
  expect(umapOf(task)).toEqual(places)
  expect(places.length).toBe(2 * n)
  expect(shares.length).toBeGreaterThan(5)
  const rights = Array.from({ length: n }, (_, i) => {
    const from = Array.from({ length: n }, (_, j) => j).filter((j) => j !== i)
    const apart = (j: number) =>
      Math.hypot(places[2 * i]! - places[2 * j]!, places[2 * i + 1]! - places[2 * j + 1]!)
    const [nearest] = from.sort((a, b) => apart(a) - apart(b))
    return Math.floor(nearest! / 20) === Math.floor(i / 20)
  })
  expect(rights.filter(Boolean).length).toBe(n)
})
