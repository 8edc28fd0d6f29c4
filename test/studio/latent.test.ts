// Walking the latent space in a real browser.
import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { continueRun, startRun } from '../../src/lifecycle/index.ts'
import { modelNamed } from '../../src/models/index.ts'
import type { LatentSpace } from '../../src/server/protocol.ts'
import { SMALL_COUNT, trainSmall } from '../support/small-runs.ts'
import { unless } from '../support/unless.ts'
import { axeFaults, noBrowser, type TestBrowser, type TestStudio, testBrowser, testStudio } from './studio.ts'

/** The pixels of the large image, as a text to compare. */
const shownImage = (page: Page): Promise<string> =>
  page.evaluate('document.querySelector(\'[aria-label^="What the"] canvas\').toDataURL()')
const imagesMade = (page: Page): Promise<number> =>
  page.evaluate("Number(document.querySelector('[data-images]').dataset.images)")

/** Does something and waits until another image was drawn. */
async function drawn(page: Page, act: () => Promise<unknown>): Promise<string> {
  const before = await imagesMade(page)
  await act()
  await expect.poll(() => imagesMade(page), { timeout: 20_000 }).toBeGreaterThan(before)
  return shownImage(page)
}

/** The pixels of an image by what it is called. */
const inkOf = (page: Page, name: string): Promise<string> =>
  page
    .getByRole('img', { name })
    .locator('canvas')
    .evaluate((canvas) => (canvas as unknown as { toDataURL(): string }).toDataURL())

/** News of a run that tell nothing else. */
async function touchStatus(folder: string): Promise<void> {
  const file = join(folder, 'status.json')
  const status = JSON.parse(await readFile(file, 'utf8'))
  await writeFile(file, JSON.stringify({ ...status, updatedAt: new Date().toISOString() }))
}

const padOf = (page: Page) => page.getByRole('slider', { name: /Position in the latent space/ })

/** A click at a share of the pad's width and height. */
async function clickPad(page: Page, x: number, y: number): Promise<void> {
  const pad = padOf(page)
  await pad.scrollIntoViewIfNeeded()
  const box = (await pad.boundingBox())!
  await page.mouse.click(box.x + x * box.width, box.y + y * box.height)
}

async function openLatent(page: Page): Promise<void> {
  await page.locator('[data-images]:not([data-images="0"])').waitFor({ timeout: 60_000 })
}

unless(noBrowser).describe('the latent space', () => {
  let studio: TestStudio
  let browser: TestBrowser
  beforeAll(async () => {
    studio = await testStudio(async (folder) => {
      await trainSmall(folder, [
        { model: 'mlp-gan', name: 'gan' },
        { model: 'vae', name: 'vae' },
      ])
      for await (const _ of startRun({
        model: modelNamed('commnet'),
        data: 'own',
        folder: join(folder, 'team'),
        command: ['sparring', 'train', 'commnet'],
        settings: { threads: 1, steps: 4, batchSize: 4, width: 4, pool: 30 },
      }));
      for await (const _ of startRun({
        model: modelNamed('cryptography'),
        data: 'own',
        folder: join(folder, 'secret'),
        command: ['sparring', 'train', 'cryptography'],
        settings: {
          ...{ threads: 1, steps: 24, batchSize: 16, checkpointEvery: 12 },
          ...{ freshEvery: 12, freshEves: 2, freshSteps: 2 },
        },
      }));
    })
    browser = await testBrowser()
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    await studio?.dispose()
  })

  it('has a team who talk instead of images: what each says and chooses, for any agents', async () => {
    const page = await browser.open(studio, '/runs/team/team')
    const map = page.getByRole('img', { name: /^Messages of round 1 as points: / })
    await map.waitFor()
    const numbers = page.getByRole('spinbutton', { name: 'Number of an agent' })
    expect(await numbers.count()).toBe(5)
    const before = await map.getAttribute('aria-label')
    await numbers.first().fill('99')
    await numbers.first().press('Enter')
    // There are 30 of them.
    await expect.poll(() => map.getAttribute('aria-label')).toMatch(/\b29\b/)
    expect(await map.getAttribute('aria-label')).not.toBe(before)
    const row = await page.locator('tbody tr').first().locator('td').allTextContents()
    const shares = row.map((text) => Number.parseInt(text, 10))
    expect(Math.abs(shares.reduce((a, b) => a + b) - 100)).toBeLessThanOrEqual(3)
    await page.getByRole('radio', { name: '2' }).click()
    await page.getByRole('img', { name: /^Messages of round 2/ }).waitFor()
    expect(await page.getByRole('status').last().textContent()).toMatch(/[1-5] of 5 levers/)
    expect(await axeFaults(page)).toEqual([])
    expect(browser.complaints).toEqual([])
  })

  it.each([
    ['wide and light', { viewport: { width: 1280, height: 900 }, colorScheme: 'light' }],
    ['narrow and dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }],
  ] as const)(
    'has a pair who hide messages: every bit on its way, what one changes, and a picture, %s',
    async (_, options) => {
      // The newest checkpoint comes while the page is looked at.
      const folder = join(studio.folder, 'secret')
      const newest = (await readdir(join(folder, 'checkpoints'))).sort().at(-1)!
      await rename(join(folder, 'checkpoints', newest), join(studio.folder, newest))
      const page = await browser.open(studio, '/runs/secret/secret', options)
      await page.locator('[data-step="12"]').waitFor()
      const message = page.getByRole('region', { name: 'A message on its way' })
      const picture = page.getByRole('region', { name: 'A picture on its way' })
      await page.getByRole('note').getByText('protects nothing').waitFor()
      await message.getByText(/^Over 1,000 random messages/).waitFor()
      const bits = message.getByRole('button', { name: /^Bit \d+ of the message is/ })
      await expect.poll(() => bits.count(), { timeout: 20_000 }).toBe(16)
      const values = async (): Promise<string> =>
        (await bits.allTextContents()).join('').replaceAll(/\s/g, '')

      // "Hi" in ASCII.
      await message.getByLabel('Message', { exact: true }).fill('Hi!')
      await expect.poll(values, { timeout: 20_000 }).toBe('0100100001101001')
      expect(await message.getByText('of 32 bits wrong').count()).toBe(2)
      // As many marks as are told.
      const told = await message.getByText(/^In this block/).textContent()
      const marks = await message.locator('.wrong').count()
      const [bob, eve] = [...told!.matchAll(/(\d+)\s+of\s+16/g)].map(([, count]) => Number(count))
      expect(marks).toBe(bob! + eve!)
      await message.getByRole('button', { name: 'Block 2: !' }).click()
      await expect.poll(values, { timeout: 20_000 }).toBe('0010000100000000')

      await bits.nth(2).click()
      await message.getByText(/^With bit 3 of the message the other way round/).waitFor()
      const changed = Number((await message.getByText(/^\d+ of 16 numbers$/).textContent())!.split(' ')[0])
      expect(await message.locator('.differs').count()).toBe(changed)
      await message.getByRole('button', { name: 'Flip a bit of the key' }).click()
      await message.getByText(/^With bit 1 of the key the other way round/).waitFor()

      const sent = () => inkOf(page, 'What is sent: Alice, counter mode')
      const before = await sent()
      const key = message.getByLabel('Key, 4 digits')
      await key.fill('5g')
      await message.getByRole('alert').waitFor()
      expect(await sent()).toBe(before)
      await key.fill('ffff')
      await expect.poll(sent, { timeout: 20_000 }).not.toBe(before)
      expect(await message.getByRole('alert').count()).toBe(0)
      const row = picture.getByRole('row', { name: /^Different blocks/ })
      const counts = await row.getByRole('cell').allTextContents()
      // Equal blocks are sent alike by the codebook.
      expect(counts.map((text) => text.trim()).slice(0, 2)).toEqual(['13 of 2,048', '13 of 2,048'])
      await page.getByText(/^(Not reached|Reached)\.$/).waitFor()
      await page.getByRole('img', { name: /^bits that Bob gets wrong, .* with goals/ }).waitFor()
      expect(await axeFaults(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)

      await rename(join(studio.folder, newest), join(folder, 'checkpoints', newest))
      await touchStatus(folder)
      await page.locator('[data-step="23"]').waitFor({ timeout: 20_000 })
      expect(browser.complaints).toEqual([])
    },
  )

  it('makes other images at other places of the pad, by pointer and by keys', async () => {
    const page = await browser.open(studio, '/runs/gan/latent')
    await openLatent(page)
    const start = await shownImage(page)
    const left = await drawn(page, () => clickPad(page, 0.1, 0.2))
    const right = await drawn(page, () => clickPad(page, 0.9, 0.8))
    expect(new Set([start, left, right]).size).toBe(3)
    expect(await padOf(page).getAttribute('aria-valuetext')).toMatch(
      /^direction 1 2\.4\d?\d?, direction 2 −1\.[78]\d?$/,
    )
    // Focus came with the click.
    const moved = await drawn(page, () => page.keyboard.press('Shift+ArrowLeft'))
    expect(moved).not.toBe(right)
    expect(await padOf(page).getAttribute('aria-valuetext')).toMatch(/^direction 1 1\.9/)
    const back = await drawn(page, () => page.keyboard.press('Shift+ArrowRight'))
    expect(back).toBe(right)
    await drawn(page, () => page.keyboard.press('Home'))
    expect(await padOf(page).getAttribute('aria-valuetext')).toBe('direction 1 0.00, direction 2 0.00')
    expect(browser.complaints).toEqual([])
  })

  it('has sliders for directions, seeds to come back to, and the middle', async () => {
    const page = await browser.open(studio, '/runs/gan/latent')
    await openLatent(page)
    const start = await shownImage(page)
    const slider = page.getByRole('slider', { name: /^direction 1/ })
    await slider.focus()
    const slid = await drawn(page, () => page.keyboard.press('End'))
    expect(await slider.getAttribute('aria-valuetext')).toBe('3.00 standard deviations')
    expect(slid).not.toBe(start)
    const random = await drawn(page, () => page.getByRole('button', { name: 'New random point' }).click())
    expect(random).not.toBe(slid)
    const middle = await drawn(page, () => page.getByRole('button', { name: 'Back to the middle' }).click())
    expect(middle).not.toBe(random)
    await page.getByLabel('Seed').fill('1')
    const again = await drawn(page, () => page.keyboard.press('Enter'))
    expect(again).toBe(start)
    expect(browser.complaints).toEqual([])
  })

  it('goes from one picked sample to another', async () => {
    const page = await browser.open(studio, '/runs/gan/latent')
    await openLatent(page)
    const a = await drawn(page, () => page.getByRole('button', { name: 'Sample 3 as A' }).click())
    const b = await drawn(page, () => page.getByRole('button', { name: 'Sample 5 as B' }).click())
    const way = page.getByRole('slider', { name: 'Way from sample 3 to sample 5' })
    await way.focus()
    expect(await drawn(page, () => page.keyboard.press('Home'))).toBe(a)
    const half = await drawn(page, () => way.fill('0.5'))
    expect(new Set([a, half, b]).size).toBe(3)
    expect(await drawn(page, () => page.keyboard.press('End'))).toBe(b)
    await page.getByText('on a straight line (linear), because the prior is uniform').waitFor()
    await drawn(page, () => page.keyboard.press('Home'))
    await page.getByRole('button', { name: 'Play' }).click()
    await expect.poll(async () => Number(await way.inputValue()), { timeout: 20_000 }).toBeGreaterThan(0.05)
    await page.getByRole('button', { name: 'Pause' }).click()
    expect(browser.complaints).toEqual([])
  })

  it('saves the image as PNG', async () => {
    const page = await browser.open(studio, '/runs/gan/latent')
    await openLatent(page)
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save as PNG' }).click()
    expect((await download).suggestedFilename()).toBe('gan-step-23-latent.png')
  })

  it('takes the newest weights of a run that trained on, at the same point', async () => {
    const folder = join(studio.folder, 'further')
    const stop = new AbortController()
    const settings = { steps: 24, batchSize: 16, threads: 1 }
    for await (const { type } of startRun({
      ...{ model: 'mlp-gan', data: 'digits', command: ['sparring', 'train', 'mlp-gan'] },
      ...{ folder, settings, dataOptions: { count: SMALL_COUNT }, signal: stop.signal },
    }))
      if (type === 'steps') stop.abort()
    const page = await browser.open(studio, '/runs/further/latent')
    await openLatent(page)
    const before = await shownImage(page)
    const button = page.getByRole('button', { name: 'Take the newest weights' })
    expect(await button.count()).toBe(0)
    for await (const _ of continueRun(folder));
    await button.waitFor({ timeout: 20_000 })
    expect(await shownImage(page)).toBe(before)
    expect(await drawn(page, () => button.click())).not.toBe(before)
    await expect.poll(() => button.count()).toBe(0)
    expect(browser.complaints).toEqual([])
  })

  it('shows the plane of a VAE, and where images of the data lie', async () => {
    const page = await browser.open(studio, '/runs/vae/latent')
    await openLatent(page)
    await page.getByRole('heading', { name: 'The latent plane' }).waitFor()
    const one = await drawn(page, () => clickPad(page, 0.1, 0.1))
    const other = await drawn(page, () => clickPad(page, 0.9, 0.9))
    expect(one).not.toBe(other)
    await page.getByRole('checkbox', { name: 'Show where images of the data lie' }).check()
    await page.getByText(/^500 (held-out|training) images/).waitFor({ timeout: 60_000 })
    expect(await page.locator('.pad circle').count()).toBeGreaterThan(300)
    await page.getByText('on an arc around the middle (spherical)').waitFor()
    expect(browser.complaints).toEqual([])
  })

  it.each([
    ['gan', 1280, 'light'],
    ['gan', 390, 'dark'],
    ['vae', 390, 'light'],
  ] as const)('has no accessibility faults: %s at %i pixels, %s', async (name, width, colorScheme) => {
    const page = await browser.open(studio, `/runs/${name}/latent`, {
      viewport: { width, height: 800 },
      colorScheme,
    })
    await openLatent(page)
    if (name === 'vae') {
      await page.getByRole('checkbox').check()
      await page.locator('.legend').waitFor({ timeout: 60_000 })
    }
    expect(await axeFaults(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
  })

  it('measures directions once for all who ask', async () => {
    const ask = (run: string): Promise<Response> => studio.ask(`/api/runs/${run}/latent`)
    const [one, other] = await Promise.all([ask('gan'), ask('gan')])
    const text = await one!.text()
    expect(await other!.text()).toBe(text)
    const { axes, latentDim, prior, mean, kind } = JSON.parse(text) as LatentSpace
    expect(axes).toHaveLength(8)
    expect(prior).toEqual({ distribution: 'uniform', low: 0, high: 1 })
    expect([mean, kind]).toEqual([0.5, 'active'])
    for (const { direction } of axes) {
      expect(direction).toHaveLength(latentDim)
      expect(Math.hypot(...direction)).toBeCloseTo(1, 4)
    }
    const shares = axes.map(({ share }) => share!)
    expect(shares).toEqual([...shares].sort((a, b) => b - a))
    expect(shares.reduce((sum, share) => sum + share)).toBeLessThanOrEqual(1.0001)
  })
})
