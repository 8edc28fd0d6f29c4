// The page, the pictures and the table of a study.
import { expect, it } from 'vitest'
import { markdownTable } from '../../src/report/study/markdown.ts'
import { measureChart } from '../../src/report/study/measure-chart.ts'
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
