// A study in the pages of the studio: begun from the form after a dry run, its page fills by itself, runs and pairs are looked at.
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { lockHolder } from '../../src/runs/node/index.ts'
import { unless } from '../support/unless.ts'
import { axeFaults, noBrowser, type TestBrowser, type TestStudio, testBrowser, testStudio } from './studio.ts'

const PHONE = { viewport: { width: 390, height: 844 }, colorScheme: 'dark', hasTouch: true } as const
const patient = { timeout: 60_000 }

const TEXT = `name: tiny
title: With dropout or without?
about: Two classifiers of digits.
models:
  - { model: classifier, label: with dropout }
  - { model: classifier, label: without, dropout: 0 }
data: { data: digits, count: 200 }
options: { steps: 8, batchSize: 16 }
seeds: [1, 2]
measures: [accuracy]
`
const TITLE = 'With dropout or without?'

const fits = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')

unless(noBrowser).describe('a study in a browser', () => {
  let studio: TestStudio
  let browser: TestBrowser
  beforeAll(async () => {
    studio = await testStudio()
    browser = await testBrowser()
  })
  afterAll(async () => {
    const holder = () => lockHolder(join(studio.folder, 'tiny')).catch(() => undefined)
    const working = await holder()
    if (working) process.kill(working.pid)
    // Its jobs write into the folder until it has ended.
    await vi.waitUntil(async () => !(await holder()), { timeout: 60_000, interval: 50 })
    await browser?.close()
    await studio?.dispose()
  }, 90_000)
  afterEach(() => expect(browser.complaints.splice(0)).toEqual([]))

  it('is begun from the form: faults stand beside the text, a dry run comes first, and the page fills by itself', async () => {
    const page = await browser.open(studio, '/new/study/first-study')
    const text = page.getByRole('textbox', { name: 'What it asks, as a text' })
    await text.fill(TEXT.replace('seeds', 'sedes'))
    await page.getByText('did you mean "seeds"?').waitFor()
    await page.getByRole('button', { name: 'Line 9' }).click()
    expect(await page.evaluate('getSelection().toString()')).toBe('sedes: [1, 2]')
    expect(await axeFaults(page)).toEqual([])
    await text.fill(TEXT)
    await page.getByText('Nothing is wrong with it: 4 jobs in 2 groups.').waitFor()
    await page.getByLabel('Jobs', { exact: true }).fill('2')
    expect(await page.locator('pre').textContent()).toMatch(/^sparring study .*\/tiny.yaml --jobs 2$/)
    await page.getByRole('button', { name: 'What would it do?' }).click()
    await page.getByText('4 jobs, of which 0 have their results.').waitFor(patient)
    await page.getByRole('cell', { name: '2 jobs, 16 steps' }).first().waitFor()
    await page.getByRole('button', { name: 'Start the study' }).click()
    await page.getByRole('heading', { name: TITLE }).waitFor(patient)
    await page.getByText('All 4 jobs have their results.').waitFor(patient)
    await page.getByRole('heading', { name: 'Results', exact: true }).waitFor(patient)
    expect(await page.getByText('2 of 2 done').count()).toBe(4)
    await page
      .getByText(/cannot be told apart|is better than/)
      .first()
      .waitFor()
    await page.getByRole('img', { name: / of all groups$/ }).waitFor()
    expect(await axeFaults(page)).toEqual([])
    expect(await fits(page)).toBe(0)
  }, 180_000)

  it('is a card in the list, and shows two groups side by side and the run of every job, on a phone and in the dark', async () => {
    const page = await browser.open(studio, '/', PHONE)
    await page.getByText('4 / 4 jobs').waitFor()
    await page.getByRole('link', { name: 'tiny', exact: true }).click()
    await page.getByRole('checkbox', { name: 'Compare without' }).check()
    await page.getByText('without is chosen. Choose another row').waitFor()
    await page.getByRole('checkbox', { name: 'Compare with dropout' }).check()
    const pair = page.getByRole('region', { name: 'Two side by side' })
    await pair.getByText('A − B').first().waitFor()
    expect(await pair.getByRole('listitem').count()).toBeGreaterThan(2)
    expect(await pair.textContent()).toMatch(/A is without, B is with dropout/)
    await pair
      .getByText(/cannot be told apart|is better than/)
      .first()
      .waitFor()
    expect(await axeFaults(page)).toEqual([])
    expect(await fits(page)).toBe(0)
    await page.getByRole('link', { name: /^seed 1 of with dropout/ }).click()
    await page.getByText('Part of tiny').waitFor()
    await page.getByText('classifier on digits, seed 1').waitFor()
    await page.getByRole('heading', { name: 'Learning curves' }).waitFor()
    expect(await page.getByRole('button', { name: 'Stop …' }).count()).toBe(0)
    expect(await fits(page)).toBe(0)
    await page.getByRole('link', { name: 'tiny', exact: true }).click()
    await page.getByRole('heading', { name: TITLE }).waitFor()
  })

  it('goes on in the same folder when its text asks for more, does only that, and is stopped and gone on with from the page', async () => {
    const page = await browser.open(studio, '/new/study/tiny.yaml')
    await page.getByRole('radio', { name: /^tiny.yaml a file: With dropout/ }).waitFor()
    await page.getByRole('textbox', { name: 'What it asks, as a text' }).fill(TEXT.replace('[1, 2]', '4'))
    await page.getByText('8 jobs in 2 groups').waitFor()
    await page.getByLabel('Jobs', { exact: true }).fill('1')
    await page.getByRole('button', { name: 'What would it do?' }).click()
    await page.getByText('8 jobs, of which 4 have their results.').waitFor(patient)
    await page.getByRole('button', { name: 'Start the study' }).click()
    await page.getByText('of 8 jobs are done').waitFor(patient)
    await page.getByRole('button', { name: 'Stop …' }).click()
    await page.getByRole('button', { name: 'Stop it' }).click()
    const goOn = page.getByRole('button', { name: 'Go on' })
    await goOn.waitFor(patient)
    await page.getByRole('heading', { name: 'Results so far' }).waitFor()
    await goOn.click()
    await page.getByRole('list', { name: 'Jobs that go on' }).waitFor(patient)
    await page.getByRole('button', { name: 'Stop …' }).waitFor(patient)
  }, 120_000)
})
