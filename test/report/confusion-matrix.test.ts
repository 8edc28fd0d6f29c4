// The confusion matrix as a figure: its squares, numbers and names.
import { expect, it } from 'vitest'
import { confusionMatrix } from '../../src/report/confusion-matrix.ts'
import { classificationOf } from '../../src/runs/index.ts'

const found = (classes: string[], labels: number[], given: number[]) =>
  classificationOf(labels, given, { step: 1, data: { name: 'd', hash: 'h', count: labels.length }, classes })

/** Text of the SVG, in order. */
const texts = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text!)

it('shows counts but no zeros, names twice, and the share of each row that is right', () => {
  const svg = confusionMatrix(found(['<a>', 'ring'], [0, 0, 0, 1], [0, 0, 1, 1]))
  expect(texts(svg)).toEqual([
    ...['2', '1', '1'],
    ...['&lt;a&gt;', 'ring'],
    ...['&lt;a&gt;', 'ring'],
    ...['66.7%', '100.0%'],
    ...['taken for', 'is', 'right'],
  ])
  expect(svg.match(/<rect [^>]*stroke=/g)).toHaveLength(4)
})

it('stays within bounds for many classes, without numbers', () => {
  const classes = Array.from({ length: 100 }, (_, index) => `class number ${index}`)
  const labels = classes.map((_, index) => index)
  const svg = confusionMatrix(found(classes, labels, labels))
  const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg)!.map(Number)
  expect(Math.max(width!, height!)).toBeLessThan(1400)
  expect(texts(svg)).not.toContain('1')
})
