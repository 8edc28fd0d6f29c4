// An audit in the pages of the studio: its verdict and evidence, and the page on which a person fools the model by hand.
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { smallAudit } from '../audit/bars.ts'
import { unless } from '../support/unless.ts'
import { axeFaults, noBrowser, type TestBrowser, type TestStudio, testBrowser, testStudio } from './studio.ts'

const LOOKS = [
  ['a desk, light', { viewport: { width: 1280, height: 900 } }],
  ['a phone, dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark', hasTouch: true }],
] as const

unless(noBrowser).describe('an audit in a browser', () => {
  let studio: TestStudio
  let browser: TestBrowser
  beforeAll(async () => {
    studio = await testStudio((folder) => smallAudit(join(folder, 'bars'), join(folder, '.data')))
    browser = await testBrowser()
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await studio?.dispose()
  })
  afterEach(() => expect(browser.complaints.splice(0)).toEqual([]))

  it.each(LOOKS)('shows the verdict first, then what it rests on, on %s', async (_, look) => {
    const page = await browser.open(studio, '/runs/bars', look)
    await page.getByRole('heading', { name: /^Can it be fooled\? Broken/ }).waitFor()
    await page.getByRole('heading', { name: 'What to do' }).waitFor()
    await page.getByRole('heading', { name: 'Whether these numbers can be believed' }).waitFor()
    expect(await page.getByRole('cell', { name: 'pass' }).count()).toBeGreaterThan(5)
    expect(await page.getByRole('link', { name: 'audit.sarif' }).count()).toBe(1)
    expect(await axeFaults(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0)
  })

  it.each(LOOKS)(
    'lets a person fool the model, with no change and with a large one, on %s',
    async (_, look) => {
      const page = await browser.open(studio, '/runs/bars/try', look)
      await page
        .getByRole('button', { name: /^Take picture/ })
        .first()
        .click()
      const said = page.getByText(/ becomes /)
      await said.waitFor()
      await page.getByRole('slider').fill('0')
      await page.getByText('It still says').waitFor()
      await page.getByRole('slider').fill('0.5')
      await page.getByRole('combobox').selectOption('fgsm')
      await page.getByText('the changed picture').waitFor()
      expect(await axeFaults(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0)
    },
  )

  it('gives the network of the attack for audits only', async () => {
    expect((await studio.ask('/api/runs/bars/attack.onnx')).status).toBe(200)
    expect((await studio.ask('/api/runs/nothing/attack.onnx')).status).toBe(404)
  })
})
