// A log that is a new row of the table, in the pages of the studio and in an exported one.
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { formatLines, TRAINING } from '../../src/runs/index.ts'
import { createRun } from '../../src/runs/node/index.ts'
import { inventedEpisodes, inventedProbes, MORE_LOGS, servedConfig } from '../runs/invented-logs.ts'
import { inventedMetrics, inventedTimings } from '../runs/invented-run.ts'
import { unless } from '../support/unless.ts'
import { axeFaults, noBrowser, type TestBrowser, type TestStudio, testBrowser, testStudio } from './studio.ts'

unless(noBrowser).describe('a log without a view of its own', () => {
  let studio: TestStudio
  let browser: TestBrowser
  let place: string
  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'sparring-log-page-'))
    studio = await testStudio(
      async (folder) => {
        const run = await createRun(join(folder, 'more'), servedConfig(), { logs: MORE_LOGS })
        await run.append('metrics', inventedMetrics(400))
        await run.append('timings', inventedTimings(400))
        await run.append('probes', inventedProbes(4))
        await run.append('episodes', inventedEpisodes)
        await run.writeStatus({ state: 'stopped', step: 399 })
        await run.close()
      },
      { recipes: { training: { ...TRAINING, logs: MORE_LOGS } } },
    )
    browser = await testBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await studio?.dispose()
    await rm(place, { recursive: true, force: true })
  })
  afterEach(async () => {
    for (const context of browser.browser.contexts()) await context.close()
    expect(browser.complaints.splice(0)).toEqual([])
  })

  const chart = (page: Page, lines: number) =>
    page
      .getByRole('region', { name: 'Probes', exact: true })
      .getByRole('img', { name: `Accuracy of the probe over ${lines} lines of probes.jsonl` })

  it('is a chart of its numbers and a table of its words, live, on a desk and a phone, light and dark', async () => {
    for (const [index, look] of [
      { viewport: { width: 1280, height: 900 } },
      { colorScheme: 'dark' as const, viewport: { width: 390, height: 844 } },
    ].entries()) {
      const page = await browser.open(studio, '/runs/more', look)
      await chart(page, 4 + index).waitFor()
      const episodes = page.getByRole('region', { name: 'Episodes', exact: true })
      expect(await episodes.getByRole('row').allTextContents()).toEqual([
        expect.stringMatching(/^Step\s*Moves\s*Winner\s*$/),
        expect.stringMatching(/^40\s*9\s*the attacker\s*$/),
        expect.stringMatching(/^40\s*12\s*<b>nobody<\/b>\s*$/),
        expect.stringMatching(/^90\s*7\s*the defender\s*$/),
      ])
      // A new line comes by itself.
      const line = { step: 400 + 100 * index, accuracy: 0.55, patience: 20 }
      await appendFile(join(studio.folder, 'more', 'probes.jsonl'), formatLines([line]))
      await chart(page, 5 + index).waitFor()
      expect(await axeFaults(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    }
  })

  it('can be taken away with its words', async () => {
    const page = await browser.open(studio, '/runs/more/files')
    await page.getByRole('link', { name: 'probes.csv' }).waitFor()
    await page.getByText('how well a fresh opponent tells real from made images;').waitFor()
  })

  it('is in the exported page, too', async () => {
    const file = join(place, 'more.html')
    await writeFile(file, await (await studio.ask('/api/runs/more/export.html')).text())
    const page = await (await browser.browser.newContext({ offline: true })).newPage()
    await page.goto(pathToFileURL(file).href)
    await page.getByRole('region', { name: 'Probes', exact: true }).waitFor()
    await page.getByRole('cell', { name: 'the defender' }).waitFor()
  })
})
