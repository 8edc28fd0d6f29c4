// The counts of a classification, by hand.
import { expect, it } from 'vitest'
import { classificationOf, classificationSchema } from '../../src/runs/index.ts'

it('counts what images are and what they are taken for, also in a class without images', () => {
  const found = classificationOf([0, 0, 0, 2, 2], [0, 1, 0, 2, 0], {
    step: 9,
    data: { name: 'shapes', hash: 'abc', count: 5 },
    classes: ['disc', 'ring', 'star'],
  })
  expect(found.confusion).toEqual([
    [2, 1, 0],
    [0, 0, 0],
    [1, 0, 1],
  ])
  expect(found.accuracy).toBe(3 / 5)
  expect(found.perClass).toEqual([
    { n: 3, accuracy: 2 / 3 },
    { n: 0, accuracy: null },
    { n: 2, accuracy: 1 / 2 },
  ])
  expect(classificationSchema.parse(JSON.parse(JSON.stringify(found)))).toEqual(found)
})
