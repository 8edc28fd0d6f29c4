// Images turned and moved: what goes where, and that the mildest change that works is found.
import { expect, it } from 'vitest'
import { turned } from '../../src/attacks/rotation-translation.ts'

const size = { height: 3, width: 4, channels: 2 }
const image = Float32Array.from({ length: 24 }, (_, i) => i / 24)
const at = (pixels: Float32Array, y: number, x: number): number[] => [
  ...pixels.subarray((y * 4 + x) * 2, (y * 4 + x) * 2 + 2),
]
const apply = (turn: Partial<Parameters<typeof turned>[2]>): Float32Array =>
  turned(image, size, { degrees: 0, right: 0, down: 0, ...turn }, new Float32Array(24))

it('leaves an image as it is that is not turned or moved', () => {
  expect([...apply({})]).toEqual([...image])
})

it('moves right and down by whole pixels, and what comes in is black', () => {
  const moved = apply({ right: 1, down: 1 })
  expect(at(moved, 1, 1)).toEqual(at(image, 0, 0))
  expect(at(moved, 2, 3)).toEqual(at(image, 1, 2))
  expect(at(moved, 0, 2)).toEqual([0, 0])
  expect(at(moved, 2, 0)).toEqual([0, 0])
})

it('moves by parts of pixels linearly', () => {
  const moved = apply({ right: 0.25 })
  const [a, b] = [at(image, 1, 1), at(image, 1, 2)]
  expect(at(moved, 1, 2)[0]).toBeCloseTo(0.25 * a[0]! + 0.75 * b[0]!, 6)
})

it('turns about the middle, counterclockwise', () => {
  const half = apply({ degrees: 180 })
  for (let y = 0; y < 3; y++)
    for (let x = 0; x < 4; x++)
      at(half, y, x).forEach((value, k) => {
        expect(value).toBeCloseTo(at(image, 2 - y, 3 - x)[k]!, 5)
      })
  const square = Float32Array.of(1, 2, 3, 4).map((value) => value / 4)
  const quarter = turned(
    square,
    { height: 2, width: 2, channels: 1 },
    { degrees: 90, right: 0, down: 0 },
    new Float32Array(4),
  )
  // 1 2 over 3 4 becomes 2 4 over 1 3.
  ;[2, 4, 1, 3].forEach((value, i) => {
    expect(quarter[i]).toBeCloseTo(value / 4, 6)
  })
})
