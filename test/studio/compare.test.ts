// Runs side by side in a real browser: choosing them, curves, samples, numbers, differences, news.
import { appendFile, copyFile, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { RunConfig } from '../../src/runs/index.ts'
import { inventedEvaluation, inventedMeasure } from '../runs/invented-evaluation.ts'
import { trainSmall } from '../support/small-runs.ts'
import { unless } from '../support/unless.ts'
import {
  axeFaults,
  copyRun,
  noBrowser,
  type TestBrowser,
  type TestStudio,
  testBrowser,
  testStudio,
} from './studio.ts'

/** A picture in the page. */
interface Sized {
  readonly clientWidth: number
  readonly naturalWidth: number
}

unless(noBrowser).describe('the comparison in a browser', () => {
  let studio: TestStudio
  let browser: TestBrowser
  const at = (run: string, file: string): string => join(studio.folder, run, file)

  /** Changes what a run says that it was asked for. */
  async function resettle(folder: string, run: string, settings: object): Promise<void> {
    const file = join(folder, run, 'config.json')
    const config = JSON.parse(await readFile(file, 'utf8')) as RunConfig
    await writeFile(file, JSON.stringify({ ...config, settings: { ...config.settings, ...settings } }))
  }

  /** Copies a run as one of another seed. */
  async function reseed(folder: string, from: string, to: string, seed: number): Promise<void> {
    await copyRun(folder, from, to)
    await resettle(folder, to, { seed })
  }

  /** Makes a run with sheets of steps 8 and 16 one with sheets of steps 10 and 20. */
  async function sampledEveryTen(folder: string, run: string): Promise<void> {
    await resettle(folder, run, { sampleEvery: 10 })
    for (const [from, to] of [
      [8, 10],
      [16, 20],
    ])
      for (const kind of ['step', 'fresh']) {
        const sheet = (step: number) =>
          join(folder, run, 'samples', `${kind}-${String(step).padStart(6, '0')}.png`)
        await rename(sheet(from!), sheet(to!))
      }
  }

  /** Gives a run measures: FID with little spread, KID with much. */
  async function measure(folder: string, run: string, fid: number, kid: number): Promise<void> {
    const config = JSON.parse(await readFile(join(folder, run, 'config.json'), 'utf8')) as RunConfig
    const { name, hash } = config.data
    const evaluation = inventedEvaluation({
      step: 23,
      data: { name, hash, referenceHash: 'feedbeef00112233' },
      measures: [
        inventedMeasure('fid', fid, { label: 'FID', spread: 0.1 }),
        inventedMeasure('kid', kid, { label: 'KID', spread: kid }),
      ],
    })
    await writeFile(join(folder, run, 'evaluation.json'), JSON.stringify(evaluation))
  }

  beforeAll(async () => {
    studio = await testStudio(async (folder) => {
      await trainSmall(folder, [
        { model: 'mlp-gan', name: 'first' },
        { model: 'vae', name: 'other' },
      ])
      await sampledEveryTen(folder, 'other')
      await reseed(folder, 'first', 'second', 2)
      await measure(folder, 'first', 10, 1)
      await measure(folder, 'second', 10, 1)
      await measure(folder, 'other', 30, 1.1)
    })
    browser = await testBrowser()
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    await studio?.dispose()
  })

  const open = async (runs: readonly string[], options = {}): Promise<Page> => {
    const page = await browser.open(studio, `/compare?runs=${runs.join(',')}`, options)
    // All runs were read: two are enough for the numbers to be shown.
    await page.locator('[aria-busy="false"]').getByRole('heading', { name: 'What differs' }).waitFor()
    return page
  }
  const numbers = (page: Page) => page.getByRole('combobox', { name: 'Number', exact: true })
  const choices = (page: Page) => numbers(page).locator('option').allTextContents()

  it('lets a person choose runs, add one and take one out, and keeps the choice in the address', async () => {
    const page = await browser.open(studio, '/compare?runs=')
    await page.getByRole('checkbox', { name: /^first/ }).check()
    await page.getByRole('checkbox', { name: /^second/ }).check()
    await page.getByRole('heading', { name: 'What differs' }).waitFor()
    expect(page.url()).toMatch(/#\/compare\?runs=first,second$/)

    // The choice goes on: the list stays where it is, and so does the focus.
    await page.getByRole('checkbox', { name: /^other/ }).focus()
    await page.keyboard.press('Space')
    expect(await page.getByRole('checkbox', { name: /^other/ }).isChecked()).toBe(true)
    await page.getByRole('list', { name: 'Compared runs' }).getByRole('link', { name: 'other' }).waitFor()
    expect(page.url()).toMatch(/runs=first,second,other$/)

    await page.getByRole('button', { name: 'Take first out' }).click()
    await page.waitForURL(/runs=second,other$/)
    expect(
      await page.getByRole('list', { name: 'Compared runs' }).getByRole('link').allTextContents(),
    ).toEqual(['second', 'other'])
    // The colours of the others stay.
    const colour = (run: string) =>
      page
        .getByRole('list', { name: 'Compared runs' })
        .getByRole('listitem')
        .filter({ hasText: run })
        .locator('line')
        .getAttribute('stroke')
    expect(await colour('second')).toBe('#fe6100')
    await page.reload()
    await page.getByRole('heading', { name: 'What differs' }).waitFor()
    expect(await page.getByRole('checkbox', { name: /^other/ }).count()).toBe(0)
    await page.getByText('Add or take out runs').click()
    expect(await page.getByRole('checkbox', { name: /^other/ }).isChecked()).toBe(true)
    expect(await page.getByRole('checkbox', { name: /^first/ }).isChecked()).toBe(false)
    expect(browser.complaints).toEqual([])
  })

  it('draws the numbers that mean the same, and says why others are not there', async () => {
    const page = await open(['first', 'second', 'other'])
    const offered = await choices(page)
    expect(offered).toContain('generator loss, of mlp-gan')
    expect(offered.filter((text) => text.includes('vae'))).toEqual([])
    await page.getByText('Losses of different models are never drawn together').waitFor()
    await numbers(page).selectOption({ label: 'generator loss, of mlp-gan' })
    const chart = page.getByRole('img', { name: 'generator loss, of mlp-gan of first, second over steps' })
    await chart.waitFor()
    await page.getByText('Without other: no number there that means the same.').waitFor()
    const lines = page.getByRole('list', { name: 'Lines of the chart' }).getByRole('listitem')
    expect(await lines.allTextContents()).toEqual(['first', 'second'])

    // The tooltip has both runs where the pointer is.
    const box = (await chart.boundingBox())!
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
    await page.getByText(/^Step 1\d$/).waitFor()
    // Over time, with another scale and a part of it.
    await page.getByRole('combobox', { name: 'Over' }).selectOption('training time')
    await page.getByRole('img', { name: /over training time$/ }).waitFor()
    await page.getByRole('checkbox', { name: 'Log scale' }).check()
    await page.getByRole('slider', { name: /^From/ }).fill('50')
    await page.getByRole('button', { name: 'Show all' }).click()
    expect(await page.getByRole('slider', { name: /^From/ }).inputValue()).toBe('0')
    const average = page.getByRole('slider', { name: /^Averaged over/ })
    await average.fill('3')
    await page.getByText('Averaged over 25 steps').waitFor()
    expect(browser.complaints).toEqual([])
  })

  it('has the losses of one model without further words', async () => {
    const page = await open(['first', 'second'])
    expect(await choices(page)).toEqual([
      'generator loss',
      'discriminator loss',
      'discriminator accuracy',
      'milliseconds per step',
    ])
    await page.getByText('All runs differ in their seed only').waitFor()
  })

  it('shows the sheets of one step side by side, and tells which those are', async () => {
    const page = await open(['first', 'other'])
    const slider = page.getByRole('slider', { name: /^Step/ })
    // 0, 8, 16 and the last of the one; 0, 10, 20 and the last of the other.
    expect(await slider.getAttribute('max')).toBe('5')
    await page.getByRole('img', { name: 'Samples of first at step 23' }).waitFor()
    await slider.focus()
    await page.keyboard.press('ArrowLeft')
    await page.getByRole('img', { name: 'Samples of other at step 20' }).waitFor()
    const sheet = page.getByRole('img', { name: 'Samples of first at step 16' })
    await sheet.waitFor()
    await page.getByText('step 16, its newest up to 20').waitFor()
    await page.keyboard.press('Home')
    await page.getByRole('img', { name: 'Samples of first at step 0' }).waitFor()
    await page.getByRole('img', { name: 'Samples of other at step 0' }).waitFor()
    // True pixels: whole numbers of them.
    const scale = await page
      .getByRole('img', { name: 'Samples of first at step 0' })
      .evaluate((image: Sized) => image.clientWidth / image.naturalWidth)
    expect(scale).toBeGreaterThanOrEqual(1)
    expect(scale).toBe(Math.round(scale))
  })

  it('marks the best only where the spread allows it, and says in words what can be told apart', async () => {
    const page = await open(['first', 'second', 'other'])
    const table = page.getByRole('region', { name: 'Measures of samples, table' })
    const row = (name: string) =>
      table.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) })
    expect(await row('FID').getByText('best', { exact: true }).count()).toBe(1)
    await row('FID').getByRole('cell').first().getByText('n = 2 runs').waitFor()
    expect(await row('KID').getByText('best', { exact: true }).count()).toBe(0)
    const findings = page.getByRole('region', { name: 'What the numbers say' })
    await findings.getByText('mlp-gan is closer to the data than vae (FID 10.0').waitFor()
    await findings.getByText(/By KID, .* cannot be told apart/).waitFor()
    const training = page.getByRole('region', { name: 'Numbers of training, table' })
    await training.getByRole('rowheader', { name: 'Time per step' }).waitFor()
    await training.getByRole('rowheader', { name: 'generator loss, of mlp-gan' }).waitFor()
  })

  it('lists what differs, run by run, and what does not', async () => {
    const page = await open(['first', 'second', 'other'])
    const table = page.getByRole('region', { name: 'Settings that differ' })
    const cells = async (name: string) =>
      table
        .getByRole('row')
        .filter({ has: page.getByRole('rowheader', { name, exact: true }) })
        .getByRole('cell')
        .allTextContents()
    expect(await cells('seed')).toEqual(['1', '2', '1'])
    expect(await cells('model')).toEqual(['mlp-gan', 'mlp-gan', 'vae'])
    expect(await cells('sample every')).toEqual(['8', '8', '10'])
    expect(await table.getByRole('rowheader', { name: 'batch size' }).count()).toBe(0)
    await page.getByText(/\d+ things are the same otherwise/).click()
    await page.getByText('batch size', { exact: true }).waitFor()
  })

  it('follows runs that go on', async () => {
    await copyRun(studio.folder, 'second', 'going')
    const page = await open(['first', 'going'])
    const runs = page.getByRole('list', { name: 'Compared runs' })
    await runs.getByText('mlp-gan, seed 2, 24 of 24 steps').waitFor()
    const status = JSON.parse(await readFile(at('going', 'status.json'), 'utf8')) as object
    await copyFile(at('going', 'samples/step-000023.png'), at('going', 'samples/step-000040.png'))
    await appendFile(at('going', 'metrics.jsonl'), '{"step":40,"generatorLoss":1,"discriminatorLoss":1}\n')
    await writeFile(at('going', 'status.json'), JSON.stringify({ ...status, step: 40 }))
    await runs.getByText('mlp-gan, seed 2, 41 of 24 steps').waitFor()
    await page.getByRole('img', { name: 'Samples of going at step 40' }).waitFor()
    await page.getByText('step 23, its newest up to 40 (trained to 23)').waitFor()
    // What was measured of earlier weights does not count any more.
    await page.getByText(/going: measured at step 23, but trained to step 40 since/).waitFor()
    expect(browser.complaints).toEqual([])
  })

  it('compares more runs than a browser has connections, and says why copies cannot be', async () => {
    const copies = ['copy-1', 'copy-2', 'copy-3', 'copy-4', 'copy-5']
    for (const copy of copies) await copyRun(studio.folder, 'first', copy)
    const page = await open(['first', 'second', 'other', ...copies])
    await page.getByText(/The numbers cannot be compared\. first and copy-1 have the same settings/).waitFor()
    await page.getByRole('img', { name: 'Samples of copy-5 at step 23' }).waitFor()
    // The pictures, and another request, get through while all runs are being listened to.
    await page.waitForTimeout(1500)
    const loaded = await page
      .locator('figure img')
      .evaluateAll((images: Sized[]) => images.map(({ naturalWidth }) => naturalWidth > 0))
    expect(loaded).toEqual(Array.from({ length: 8 }, () => true))
    // Every run has a line of its own, by colour or dashes, and the legend draws it as the chart does.
    const legend = page.getByRole('list', { name: 'Lines of the chart' }).locator('line')
    const lines = await legend.evaluateAll((found) =>
      found.map((line) => ['stroke', 'stroke-dasharray'].map((name) => line.getAttribute(name)).join(' ')),
    )
    expect(lines.length).toBeGreaterThan(6)
    expect(new Set(lines).size).toBe(lines.length)
    const began = Date.now()
    await page.evaluate(() => fetch('/api/info').then((answer) => answer.json()))
    expect(Date.now() - began).toBeLessThan(3000)
    expect(browser.complaints).toEqual([])
  })

  it('shows the others when one of the runs is not there', async () => {
    const page = await open(['first', 'nobody', 'second'])
    await page.getByText('there is no run "nobody" in this folder').waitFor()
    await page.getByRole('button', { name: 'Take nobody out' }).click()
    await page.waitForURL(/runs=first,second$/)
    // The browser itself complains of the answer 404.
    expect(browser.complaints.every((text) => text.includes('404'))).toBe(true)
    browser.complaints.length = 0
  })

  it.each([
    ['a desk, light', { viewport: { width: 1280, height: 900 }, colorScheme: 'light' }],
    ['a phone, dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }],
  ] as const)('has no accessibility faults and fits on %s', async (_, options) => {
    const chooser = await browser.open(studio, '/compare?runs=', options)
    await chooser.getByRole('checkbox').first().waitFor()
    expect(await axeFaults(chooser)).toEqual([])
    const page = await open(['first', 'second', 'other'], options)
    expect(await axeFaults(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0)
    expect(browser.complaints).toEqual([])
  })
})
