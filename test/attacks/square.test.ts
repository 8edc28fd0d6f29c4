// The squares of Square: how large they are over the budget, and what is written in an L2 ball.
import { expect, it } from 'vitest'
import { windowShape } from '../../src/attacks/square-l2.ts'
import { squareOptions, squareSide } from '../../src/attacks/square-schedule.ts'

const image = { height: 28, width: 28, channels: 1 }

it('takes the share of the paper, halved at its steps, as fast as the budget is spent', () => {
  const options = squareOptions.parse({ queries: 5000 })
  const sides = [0, 6, 26, 101, 251, 501, 1001, 2001, 3001, 4001].map((query) =>
    squareSide(query, image, options),
  )
  // round(sqrt(.8 / 2^k * 784))
  expect(sides).toEqual([25, 18, 13, 9, 6, 4, 3, 2, 2, 1])
  expect(squareSide(5, image, options)).toBe(25)
})

it('shrinks as if the budget were 10,000 where it is not rescaled, and never leaves the image', () => {
  const options = squareOptions.parse({ queries: 100, rescale: false, pInit: 1 })
  expect(squareSide(99, image, options)).toBe(14)
  expect(squareSide(0, { height: 4, width: 40, channels: 3 }, options)).toBe(4)
})

it('writes windows of length 1, one half up and the other down', () => {
  for (const side of [1, 3, 5, 8]) {
    const shape = windowShape(side)
    expect(Math.hypot(...shape)).toBeCloseTo(1, 12)
    const upper = shape.slice(0, Math.floor(side / 2) * side)
    expect(upper.every((value) => value > 0)).toBe(true)
    expect(shape.slice(upper.length).every((value) => value < 0)).toBe(true)
  }
  // The middle of a half is its peak: rectangles are nested there.
  const shape = windowShape(5)
  expect(Math.max(...shape)).toBe(shape[1 * 5 + 2])
})
