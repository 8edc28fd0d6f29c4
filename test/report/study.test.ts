// The page, the pictures and the table of a study.
import { expect, it } from 'vitest'
import { curveTables } from '../../src/report/study/curve-table.ts'
import { markdownTable, studyMarkdown } from '../../src/report/study/markdown.ts'
import { chartCaption, chartHeight, measureChart } from '../../src/report/study/measure-chart.ts'
import { studyHtml } from '../../src/report/study/page.ts'
import { renderSvg } from '../../src/report/svg.ts'
import type { StudyPanel, StudyResult } from '../../src/runs/study-result.ts'
import { meanOf } from '../../src/statistics/index.ts'

const LABELS = ['plain', 'with <b>augmentation</b>']

/** Two groups of three runs, whose accuracies grow with the number of labels. */
function panel(labels: number): StudyPanel {
  const runs = LABELS.map((_, group) =>
    [0, 1, 2].map((seed) => meanOf([0.5 + labels / 1000 + 0.1 * group + seed / 100], 'runs')),
  )
  const values = runs.map((each) =>
    meanOf(
      each.map(({ value }) => value!),
      'runs',
    ),
  )
  return {
    title: `Labels ${labels}`,
    at: { labels },
    groups: LABELS.map((label) => ({ label, axes: { labels }, jobs: ['1', '2', '3'] })),
    measures: [
      { name: 'accuracy', label: 'Accuracy', format: 'percent', better: 'higher', values, runs, best: 1 },
    ],
    training: [],
    sentences: [{ topic: 'other', row: 'accuracy', text: 'One is <better>.', claims: true }],
    estimators: [],
  }
}

const result = (panels: StudyPanel[]): StudyResult => ({
  format: 1,
  name: 'test',
  title: 'Does <it> help?',
  about: '',
  version: 'sparring 1',
  measures: ['accuracy'],
  panels,
  jobs: [
    { id: 'a'.repeat(64), name: 'one', kind: 'training', group: 'plain', seed: 1, failed: 'it <diverged>' },
  ],
  figures: [],
  rule: 'always',
})

const texts = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text!)

it('draws a line per group over what is not compared, and groups side by side where all is compared', () => {
  const lines = texts(renderSvg(measureChart([panel(50), panel(100)], 'accuracy')!, 600, 300))
  expect(lines).toEqual(expect.arrayContaining(['50', '100', 'Labels', 'plain']))
  const points = texts(renderSvg(measureChart([panel(50)], 'accuracy')!, 600, 300))
  expect(points).toContain('plain')
  expect(points).not.toContain('Labels')
  expect(measureChart([panel(50)], 'fid')).toBeUndefined()
})

it('is a page that says what the numbers say, panel by panel, and writes out what looks like markup', () => {
  const html = studyHtml(result([panel(50), panel(100)]), [])
  expect(html).toContain('Does &lt;it&gt; help?')
  expect(html).toContain('One is &lt;better&gt;.')
  expect(html).toContain('Labels 100')
  expect(html).toContain('it &lt;diverged&gt;')
  expect(html).not.toMatch(/<b>augmentation/)
})

it('is a table in Markdown with the best in bold', () => {
  const { measures, groups } = panel(50)
  expect(markdownTable(measures, groups).split('\n')).toEqual([
    '|  | plain, 3 runs | with <b>augmentation</b>, 3 runs |',
    '| --- | --- | --- |',
    '| Accuracy | 56.0% ± 1.0% | **66.0% ± 1.0%** |',
  ])
})

const CURVE = {
  over: 'labels',
  label: 'labels',
  places: [
    { value: 50, at: 50 },
    { value: 500, at: 500 },
    { value: 'all', at: 60_000 },
  ],
}
const along = (): StudyPanel[] => [
  panel(50),
  { ...panel(350), title: 'Labels 500', at: { labels: 500 } },
  { ...panel(400), title: 'Labels all', at: { labels: 'all' } },
]

it('draws a curve along the logarithm of a number, with words where they stand', () => {
  const option = measureChart(along(), 'accuracy', { curve: CURVE })!
  const { data } = (option.series as { type: string; data: number[][] }[]).find(
    ({ type }) => type === 'line',
  )!
  const [first, second, third] = data.map(([x]) => x!) as [number, number, number]
  expect(second - first).toBeCloseTo(1, 9)
  expect(third - second).toBeCloseTo(Math.log10(120), 9)
  const lines = texts(renderSvg(option, 600, 300))
  expect(lines).toEqual(expect.arrayContaining(['50', '500', 'all', 'Labels (logarithmic)']))
})

it('cuts the intervals of shares at 0% and 100%, in charts and in tables, and says so', () => {
  const few = along().map((each) => ({
    ...each,
    measures: [{ ...each.measures[0]!, values: [meanOf([0.05, 0.6], 'runs'), meanOf([0.9, 0.99], 'runs')] }],
  }))
  const { series } = measureChart(few, 'accuracy', { curve: CURVE })!
  const ends = (series as { type: string; data: number[][] }[]).flatMap(({ type, data }) =>
    type === 'custom' ? data.flatMap(([, low, high]) => [low!, high!]) : [],
  )
  expect([Math.min(...ends), Math.max(...ends)]).toEqual([0, 1])
  const whole = { ...result(few), curve: CURVE }
  const [table] = curveTables(whole)
  expect(table!.lines[0]![1]).toBe('33% (0% to 100%)')
  expect(studyMarkdown(whole)).toContain('those of shares end at 0% and 100%')
  expect(chartCaption(few, whole.panels[0]!.measures[0]!)).toContain('cut to what can be')
})

it('gives a legend of many groups the room that it takes', () => {
  const many = along().map((each) => ({
    ...each,
    groups: Array.from({ length: 8 }, (_, at) => ({
      ...each.groups[0]!,
      label: `a method with a long name ${at}`,
    })),
    measures: [{ ...each.measures[0]!, values: Array(8).fill(each.measures[0]!.values[0]) }],
  }))
  const height = (panels: StudyPanel[], width: number): number =>
    chartHeight(measureChart(panels, 'accuracy', { curve: CURVE, width })!, 400)
  expect(height(along(), 900)).toBe(400)
  expect(height(many, 900)).toBeGreaterThan(400)
  expect(height(many, 400)).toBeGreaterThan(height(many, 900))
})

it('says a curve in numbers with their intervals, a line for each group and each set of data', () => {
  const told = { ...result(along()), curve: CURVE }
  const [table, ...none] = curveTables(told)
  expect(none).toEqual([])
  expect(table!.heads).toEqual(['labels', '50', '500', 'all'])
  // Student's t, two degrees: 4.303 standard errors of .01 / sqrt(3).
  expect(table!.lines[0]).toEqual([
    'plain',
    '56.0% (53.5% to 58.5%)',
    '86.0% (83.5% to 88.5%)',
    '91.0% (88.5% to 93.5%)',
  ])
  expect(curveTables(result(along()))).toEqual([])
  const two = ['digits', 'mnist'].flatMap((data) =>
    along().map((each) => ({ ...each, at: { data, ...each.at } })),
  )
  const [both] = curveTables({ ...result(two), curve: CURVE })
  expect(both!.lines.map(([label]) => label)).toEqual([
    'digits, plain',
    'digits, with <b>augmentation</b>',
    'mnist, plain',
    'mnist, with <b>augmentation</b>',
  ])
  const figure = { name: 'figures/accuracy.svg', title: 'Accuracy', caption: '' }
  const markdown = studyMarkdown({ ...told, figures: [figure] })
  expect(markdown).toContain('## Accuracy over labels')
  expect(markdown).toContain('(figures/accuracy.svg)')
  expect(studyHtml(told, [])).toContain('56.0% (53.5% to 58.5%)')
})
