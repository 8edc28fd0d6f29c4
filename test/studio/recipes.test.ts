// A run of a kind that has no view of its own, in the pages of the studio.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { playMatch, WITH_MATCHES } from '../runs/invented-recipe.ts'
import { unless } from '../support/unless.ts'
import { axeFaults, noBrowser, type TestBrowser, type TestStudio, testBrowser, testStudio } from './studio.ts'

unless(noBrowser).describe('a run that is no training', () => {
  let studio: TestStudio
  let browser: TestBrowser
  beforeAll(async () => {
    studio = await testStudio((folder) => playMatch(join(folder, 'match')), { recipes: WITH_MATCHES })
    browser = await testBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await studio?.dispose()
  })

  it.each([
    ['a desk, light', { viewport: { width: 1280, height: 900 } }],
    ['a phone, dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }],
  ] as const)('shows how far it is, its logs and its files on %s', async (_, look) => {
    const page = await browser.open(studio, '/runs/match', look)
    await page.getByRole('heading', { name: 'Moves' }).waitFor()
    await page.getByText('red against blue').first().waitFor()
    await page.getByRole('progressbar', { name: 'Done' }).waitFor()
    await page.getByRole('link', { name: 'result.json' }).waitFor()
    expect(await page.getByRole('cell', { name: 'blue', exact: true }).count()).toBe(1)
    expect(await axeFaults(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0)
    expect(browser.complaints).toEqual([])
  })

  it('cannot be chosen for a comparison', async () => {
    const page = await browser.open(studio, '/')
    await page.getByRole('link', { name: 'match', exact: true }).waitFor()
    expect(await page.getByRole('checkbox').count()).toBe(0)
  })
})
