// Logs without a view of their own in the report: a chart of numbers, a table of the rest.
import { expect, test } from 'vitest'
import { reportHtml } from '../../src/report/index.ts'
import { logView } from '../../src/report/log-view.ts'
import { plainLogs } from '../../src/report/page-logs.ts'
import { logInfo, type RunRecord } from '../../src/runs/index.ts'
import { inventedEpisodes, inventedProbes, MORE_LOGS } from '../runs/invented-logs.ts'
import { inventedConfig, inventedRecord } from '../runs/invented-run.ts'

const record = (logs: Record<string, object[]>): RunRecord => ({ ...inventedRecord(300), ...logs })

test('numbers of one unit and format share a chart, which has labels and unit from the table', () => {
  const [section, ...others] = plainLogs(record({ probes: inventedProbes(9) }), MORE_LOGS)
  expect(others).toEqual([])
  expect(section).toContain('<h2 id="log-probes">Probes</h2>')
  expect(section).toContain('How well a fresh opponent tells real from made images.')
  // Each stands there for screens and for paper.
  const names = [...section!.matchAll(/alt="([^"]*)"/g)].map(([, alt]) => alt)
  expect([...new Set(names)]).toEqual([
    'Accuracy of the probe over 9 lines of probes.jsonl',
    'Patience over 9 lines of probes.jsonl',
  ])
  const svgs = [...section!.matchAll(/<img src="data:image\/svg\+xml;base64,([^"]*)"/g)].map(([, data]) =>
    Buffer.from(data!, 'base64').toString(),
  )
  expect(svgs[0]).toContain('Accuracy of the probe')
  expect(svgs[0]).toContain('80%')
  expect(svgs[1]).toContain('Patience (seconds)')
  const both = [
    { step: 0, one: 1, two: 2 },
    { step: 9, one: 2, two: 3 },
  ]
  const info = { ...logInfo(MORE_LOGS.probes!, inventedConfig()), columns: [] }
  const [shared, ...rest] = logView(info, both).charts
  expect(rest).toEqual([])
  expect(shared!.label).toBe('ONE, TWO over 2 lines of probes.jsonl')
  expect(shared!.option({})).toMatchObject({ legend: { data: ['ONE', 'TWO'] }, yAxis: [{ name: 'Probes' }] })
  expect(section).not.toContain('<table')
})

test('words stand in a table, with the numbers beside them, and cannot become markup', () => {
  const [section] = plainLogs(record({ episodes: inventedEpisodes }), MORE_LOGS)
  expect(section).toContain('<th scope="col" class="count">Step</th><th scope="col" class="count">Moves</th>')
  expect(section).toContain('<tr><td class="count">90</td><td class="count">7</td><td>the defender</td></tr>')
  expect(section).toContain('&lt;b&gt;nobody&lt;/b&gt;')
  expect(section).toContain('alt="Moves over 3 lines of episodes.jsonl"')
})

test('a single row of numbers is told, and of many rows the last', () => {
  const info = logInfo(MORE_LOGS.probes!, inventedConfig())
  const { charts, table } = logView(info, inventedProbes(1))
  expect(charts).toEqual([])
  expect(table).toMatchObject({ rows: [['0', '90.0%', '12']], count: 1 })
  const [head] = logView(info, inventedProbes(1)).table!.head.slice(-1)
  expect(head!.label).toBe('Patience (seconds)')
  const many = Array.from({ length: 250 }, (_, step) => ({ step, moves: 1, winner: `player ${step}` }))
  const [section] = plainLogs(record({ episodes: many }), MORE_LOGS)
  expect(section).toContain('The last 100 of 250 lines.')
  expect(section).not.toContain('player 149<')
  expect(section).toContain('player 150<')
})

test('a column that only the rows know is shown too', () => {
  const info = logInfo(MORE_LOGS.probes!, inventedConfig())
  const rows = inventedProbes(3).map((row) => ({ ...row, fid: row.step / 10 }))
  expect(logView(info, rows).charts.map(({ label }) => label)[2]).toBe('FID over 3 lines of probes.jsonl')
})

test('the page has their sections where the run has such logs, and nothing of them elsewhere', () => {
  const more = record({ probes: inventedProbes(9), episodes: inventedEpisodes })
  const page = reportHtml(more, { logs: MORE_LOGS })
  expect(page).toContain('aria-labelledby="log-probes"')
  expect(page).toContain('aria-labelledby="log-episodes"')
  const without = reportHtml(inventedRecord(300))
  expect(reportHtml(record({ probes: [], episodes: [] }), { logs: MORE_LOGS })).toBe(without)
  // Rows of a log that this version does not know.
  expect(reportHtml(more)).toBe(without)
})
