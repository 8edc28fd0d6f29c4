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
  const sorted = (words: string[]): string[] => words.toSorted()
  expect(sorted(texts(svg))).toEqual(
    sorted([
      ...['2', '1', '1'],
      ...['&lt;a&gt;', 'ring'],
      ...['&lt;a&gt;', 'ring'],
      ...['66.7%', '100.0%'],
      ...['taken for', 'is', 'right'],
    ]),
  )
  const colors = [...svg.matchAll(/fill="rgb\(([^)]*)\)" stroke=/g)].map(([, color]) =>
    color!.split(',').map(Number),
  )
  // Blue where the answer is right, orange where it is wrong, white where there is none.
  const [right, wrong, none, all] = colors as [number[], number[], number[], number[]]
  expect(colors).toHaveLength(4)
  expect(right[2]).toBeGreaterThan(right[0]!)
  expect(wrong[0]).toBeGreaterThan(wrong[2]!)
  expect(none).toEqual([255, 255, 255])
  expect(all[0]).toBeLessThan(right[0]!)
})

it('stays within bounds for many classes, without numbers', () => {
  const classes = Array.from({ length: 100 }, (_, index) => `class number ${index}`)
  const labels = classes.map((_, index) => index)
  const svg = confusionMatrix(found(classes, labels, labels))
  const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg)!.map(Number)
  expect(Math.max(width!, height!)).toBeLessThan(1400)
  expect(texts(svg)).not.toContain('1')
})

it('shortens long names between characters, and gives wide ones their room', () => {
  const widthOf = (name: string): number => {
    const svg = confusionMatrix(found([name, 'b'], [0, 1], [0, 1]))
    return Number(/width="([\d.]+)"/.exec(svg)![1])
  }
  expect(widthOf('猫猫猫猫猫猫')).toBeGreaterThan(widthOf('cccccc'))
  const long = texts(confusionMatrix(found(['一匹名字非常长的马跑过草原的时候', 'b'], [0, 1], [0, 1])))
  expect(long).toContain('一匹名字非常长…')
})
