// The studio opens in a real browser and lists its runs.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { trainSmall } from '../support/small-runs.ts'
import { unless } from '../support/unless.ts'
import { axeFaults, noBrowser, type TestBrowser, type TestStudio, testBrowser, testStudio } from './studio.ts'

unless(noBrowser).describe('the studio in a browser', () => {
  let studio: TestStudio
  let browser: TestBrowser
  beforeAll(async () => {
    studio = await testStudio((folder) => trainSmall(folder, [{ model: 'mlp-gan', name: 'first' }]))
    browser = await testBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await studio?.dispose()
  })

  it('lists the runs of its folder and opens one', async () => {
    const page = await browser.open(studio, '/')
    await page.getByRole('link', { name: 'first' }).click()
    await page.getByRole('heading', { name: 'first', level: 1 }).waitFor()
    await page.getByText('mlp-gan on digits, seed 1').waitFor()
    expect(browser.complaints).toEqual([])
  })

  it('finds accessibility faults where there are some', async () => {
    const page = await browser.open(studio, '/')
    await page.getByRole('link', { name: 'first' }).waitFor()
    expect(await axeFaults(page)).toEqual([])
    await page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    expect(await axeFaults(page)).toEqual([expect.stringMatching(/^button-name at/)])
  })
})
