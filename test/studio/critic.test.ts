// Be the critic in a real browser: twenty images by keys and by clicks, the score, and what is kept.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CriticRow } from '../../src/runs/index.ts'
import { openStudio } from '../../src/server/index.ts'
import { trainSmall } from '../support/small-runs.ts'
import { unless } from '../support/unless.ts'
import { axeFaults, noBrowser, type TestBrowser, type TestStudio, testBrowser, testStudio } from './studio.ts'

unless(noBrowser).describe('the critic in a browser', () => {
  let studio: TestStudio
  let browser: TestBrowser
  beforeAll(async () => {
    studio = await testStudio((folder) =>
      trainSmall(folder, [
        { model: 'mlp-gan', name: 'gan' },
        { model: 'vae', name: 'vae' },
      ]),
    )
    browser = await testBrowser()
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    await studio?.dispose()
  })

  const rows = async (run: string): Promise<CriticRow[]> =>
    (await readFile(join(studio.folder, run, 'critic.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as CriticRow)
  const start = async (page: Page, button = 'Start'): Promise<void> => {
    await page.getByRole('button', { name: button }).click()
    await page.getByRole('heading', { name: 'Real or generated?' }).waitFor()
  }
  const rightIn = (isReal: readonly boolean[], said: readonly boolean[]): number =>
    isReal.filter((real, image) => real === said[image]).length
  /** The picture that is shown, as text. */
  const picture = (page: Page): Promise<string> =>
    page.locator('canvas').evaluate((canvas: { toDataURL(): string }) => canvas.toDataURL())

  it('plays a round by keys, and scores the person beside the discriminator', async () => {
    const page = await browser.open(studio, '/runs/gan/critic')
    await page.getByText('Nobody has played yet.').waitFor()
    await start(page)
    await page.getByText('1 of 20').waitFor()
    const first = await picture(page)
    await page.keyboard.press('ArrowRight')
    await page.getByText('2 of 20').waitFor()
    expect(await picture(page)).not.toBe(first)
    await page.keyboard.press('Backspace')
    await page.getByText('1 of 20').waitFor()
    expect(await picture(page)).toBe(first)
    // Keys with others held down are the browser's.
    await page.keyboard.press('Control+g')
    expect(await page.getByText('1 of 20').count()).toBe(1)

    const keys = ['ArrowLeft', 'g', 'r', 'ArrowRight', 'R']
    for (let image = 0; image < 20; image++) await page.keyboard.press(keys[image % 5]!)
    await page.getByRole('heading', { name: 'Your score' }).waitFor()
    const row = (await rows('gan')).at(-1)!
    const said = Array.from({ length: 20 }, (_, image) => [true, false, true, false, true][image % 5]!)
    expect(row.saidReal).toEqual(said)
    const right = rightIn(row.isReal, said)
    const network = row.probabilityOfReal!.map((probability) => probability > 0.5)
    await page.getByText(`You: ${right} of 20 right (${5 * right}%, 95% interval`).waitFor()
    await page.getByText(`The discriminator: ${rightIn(row.isReal, network)} of 20 right`).waitFor()

    const images = page.getByRole('region', { name: 'The images' }).getByRole('listitem')
    expect(await images.count()).toBe(20)
    const texts = await images.allTextContents()
    texts.forEach((text, image) => {
      const word = (isReal: boolean): string => (isReal ? 'real' : 'generated')
      expect(text.trim().startsWith(word(row.isReal[image]!))).toBe(true)
      expect(text).toContain(`you: ${word(said[image]!)}`)
      expect(text).toContain(`discriminator: ${word(network[image]!)}`)
      expect(text).toContain(`${(100 * row.probabilityOfReal![image]!).toFixed(1)}% real`)
    })
    await page.getByText('One round, kept in').waitFor()
    expect(browser.complaints).toEqual([])
  })

  it('plays again by clicks, and adds the rounds up', async () => {
    const page = await browser.open(studio, '/runs/gan/critic')
    await page.getByText('One round, kept in').waitFor()
    await start(page)
    for (let image = 0; image < 19; image++)
      await page.getByRole('button', { name: 'Real', exact: true }).click()
    await page.getByRole('button', { name: 'Generated' }).click()
    await page.getByText('2 rounds, kept in').waitFor()
    const all = await rows('gan')
    expect(all).toHaveLength(2)
    const right = all.reduce((sum, { isReal, saidReal }) => sum + rightIn(isReal, saidReal), 0)
    await page.getByText(`${right} of 40 right`).waitFor()
    await start(page, 'Play again')
    await page.getByText('1 of 20').waitFor()
    expect(browser.complaints).toEqual([])
  })

  it('works without a network to compare with', async () => {
    const page = await browser.open(studio, '/runs/vae/critic')
    await start(page)
    for (let image = 0; image < 20; image++) await page.keyboard.press('g')
    await page.getByText('This model has no network that tells real images from generated ones.').waitFor()
    expect((await rows('vae'))[0]).toMatchObject({ probabilityOfReal: null })
    expect(await page.getByText('% real').count()).toBe(0)
    expect(browser.complaints).toEqual([])
  })

  it('explains what is missing on a page without the token, where reading is open', async () => {
    const open = await openStudio({ runs: studio.folder, port: 0, openReading: true })
    const context = await browser.browser.newContext()
    const page = await context.newPage()
    await page.goto(`http://127.0.0.1:${open.port}/#/runs/gan/critic`)
    await page.getByText('this page came without its token').waitFor()
    expect(await page.getByRole('button', { name: 'Start' }).isDisabled()).toBe(true)
    expect(await axeFaults(page)).toEqual([])
    await context.close()
    await open.close()
  })

  it('says what the server refuses, and goes on from there', async () => {
    const page = await browser.open(studio, '/runs/gan/critic')
    await page.route('**/api/runs/gan/critic', (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({ status: 409, json: { error: 'the data has changed' } })
        : route.continue(),
    )
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByText('the data has changed').waitFor()
    await page.unroute('**/api/runs/gan/critic')
    await start(page)
    browser.complaints.length = 0
  })

  it.each([
    ['a desk, dark', { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' }],
    ['a phone, light', { viewport: { width: 390, height: 844 }, colorScheme: 'light', hasTouch: true }],
  ] as const)('has no accessibility faults and fits on %s', async (_, options) => {
    const page = await browser.open(studio, '/runs/gan/critic', options)
    const check = async (): Promise<void> => {
      expect(await axeFaults(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0)
    }
    await page.getByRole('heading', { name: 'All rounds of this run' }).waitFor()
    await check()
    await start(page)
    await check()
    const scale = await page
      .locator('canvas')
      .evaluate((canvas: { clientWidth: number; width: number }) => canvas.clientWidth / canvas.width)
    expect(scale).toBeGreaterThan(8)
    expect(scale).toBe(Math.round(scale))
    // Both answers can be reached without scrolling.
    const button = (await page.getByRole('button', { name: 'Generated' }).boundingBox())!
    expect(button.y + button.height).toBeLessThanOrEqual(options.viewport.height)
    expect(button.height).toBeGreaterThanOrEqual(44)
    for (let image = 0; image < 20; image++)
      await page.getByRole('button', { name: image % 2 ? 'Real' : 'Generated', exact: true }).click()
    await page.getByRole('heading', { name: 'Your score' }).waitFor()
    await check()
    expect(browser.complaints).toEqual([])
  })
})
