// What is said of a classifier at the end of its training.
import { expect, it } from 'vitest'
import { classificationLines } from '../../src/cli/classification-text.ts'
import { classificationOf } from '../../src/runs/index.ts'

const told = (labels: number[], given: number[]): string[] =>
  classificationLines(
    classificationOf(labels, given, {
      step: 9,
      data: { name: 'shapes', hash: 'abc', count: labels.length },
      classes: ['disc', 'ring', 'star'],
    }),
  )

it('names accuracy, the weakest classes, worst first, and the most frequent confusion', () => {
  expect(told([0, 0, 0, 0, 1, 1, 1, 2], [0, 0, 0, 1, 2, 2, 1, 2])).toEqual([
    'named rightly: 62.50% of 8 held-out images (95% interval 30.57% to 86.32%)',
    'weakest classes: ring (33.33% of 3), disc (75.00% of 4)',
    'most frequent confusion: ring taken for star, 2 times',
  ])
})

it('names no weakness where there is none', () => {
  expect(told([0, 1, 2], [0, 1, 2])).toEqual([
    'named rightly: 100.00% of 3 held-out images (95% interval 43.85% to 100.00%)',
  ])
})
