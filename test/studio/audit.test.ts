// An audit in the pages of the studio: its verdict and evidence, and the page on which a person fools the model by hand.
import { basename, join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { BARS, BARS_MODEL, smallAudit } from '../audit/bars.ts'
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
  }, 240_000)
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

  it('is begun from the form: a file is brought, refusals stand at their field, and parts arrive by themselves', async () => {
    const page = await browser.open(studio, '/new')
    await page.getByText('Audit a classifier').click()
    await page.getByText('There is none in this folder yet.').waitFor()
    expect(await page.getByRole('button', { name: 'Start the audit' }).isDisabled()).toBe(true)
    const file = page.getByLabel('Another file')
    await file.setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('x') })
    await page.getByRole('alert').getByText('expected a file whose name ends with .onnx').waitFor()
    // The browser notes refused requests on its console.
    expect(browser.complaints.splice(0).join()).toMatch(/400/)
    await file.setInputFiles(BARS_MODEL)
    await page.getByRole('radio', { name: /^bars.onnx an ONNX file of/ }).waitFor()
    expect(await page.getByRole('radio', { name: /^bars.onnx/ }).isChecked()).toBe(true)
    const data = page.getByLabel('Data', { exact: true })
    await data.selectOption(join(studio.folder, '.data'))
    await page.getByLabel('Eps').fill('-1')
    await page.getByText('Expected a number of at least 0').waitFor()
    await page.getByLabel('Eps').fill('0.2')
    await page.getByLabel('N', { exact: true }).fill('8')
    await page.getByLabel('Budget').selectOption('full')
    await page.getByLabel('Name', { exact: true }).fill('from-the-form')
    await page.getByText('More settings').click()
    await page.getByLabel('Labels').fill(BARS.join(','))
    await page.getByLabel('Threads').fill('1')
    const command = await page.locator('pre').textContent()
    expect(command).toContain(`sparring audit ${basename(studio.folder)}/bars.onnx --data`)
    expect(command).toContain('--eps 0.2 --n 8 --budget full')
    expect(await axeFaults(page)).toEqual([])
    await page.getByRole('button', { name: 'Start the audit' }).click()
    await page.getByRole('heading', { name: 'from-the-form', level: 1 }).waitFor()
    await page.getByText(/of the work\. Now: /).waitFor({ timeout: 90_000 })
    await page.getByText('Whether gradients tell an attacker anything').first().waitFor({ timeout: 90_000 })
    // All of it would take minutes.
    await page.getByRole('button', { name: 'Stop …' }).click()
    await page.getByRole('button', { name: 'Stop it' }).click()
    await page.getByRole('button', { name: 'Resume from the last checkpoint' }).waitFor({ timeout: 90_000 })
  }, 240_000)

  it('can be begun from its address, on a phone and in the dark', async () => {
    const page = await browser.open(studio, '/new/audit/bars.onnx', LOOKS[1][1])
    await page.getByRole('radio', { name: /^bars.onnx/ }).waitFor()
    expect(await page.getByRole('radio', { name: 'Audit a classifier' }).isChecked()).toBe(true)
    await page.getByText('More settings').click()
    expect(await axeFaults(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0)
  })

  it('has a report that is dark on white when it is printed, whatever the screen is, without what only screens have', async () => {
    const context = await browser.browser.newContext({ colorScheme: 'dark' })
    try {
      const page = await context.newPage()
      await page.goto(`file://${join(studio.folder, 'bars', 'report.html')}`)
      const look = async () =>
        (await page.evaluate(`(() => {
          const shown = (selector) => [...document.querySelectorAll(selector)].map((one) => getComputedStyle(one).display !== 'none')
          const style = getComputedStyle(document.body)
          return { ink: style.color, wide: shown('.chart'), paper: shown('.on-paper'), buttons: shown('button:not([hidden])') }
        })()`)) as { ink: string; wide: boolean[]; paper: boolean[]; buttons: boolean[] }
      const screen = await look()
      await page.emulateMedia({ media: 'print' })
      const paper = await look()
      expect([screen.ink, paper.ink]).toEqual(['rgb(232, 234, 238)', 'rgb(27, 31, 39)'])
      expect([screen.wide[0], screen.paper[0], screen.buttons[0]]).toEqual([true, false, true])
      expect([paper.wide[0], paper.paper[0], paper.buttons[0]]).toEqual([false, true, false])
    } finally {
      await context.close()
    }
  })

  it('gives the network of the attack for audits only', async () => {
    expect((await studio.ask('/api/runs/bars/attack.onnx')).status).toBe(200)
    expect((await studio.ask('/api/runs/nothing/attack.onnx')).status).toBe(404)
  })
})
