// Drawing in a real browser: strokes, keys and examples change what networks say.
import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { FeatureMap } from '../../src/server/protocol.ts'
import { frameOf, pointAt, turned } from '../../web/src/lib/feature-map.ts'
import { trainSmall } from '../support/small-runs.ts'
import { unless } from '../support/unless.ts'
import { axeFaults, noBrowser, type TestBrowser, type TestStudio, testBrowser, testStudio } from './studio.ts'

/** What the tests, which know no pages, need of a canvas. */
interface Canvas {
  toDataURL(): string
}

/** What is seen of an image on the page: a text that other pixels change. */
const inkOf = (page: Page, label: RegExp): Promise<string> =>
  page
    .getByRole('img', { name: label })
    .locator('canvas')
    .evaluate((canvas) => (canvas as unknown as Canvas).toDataURL())
const SEEN = /^What the networks see, 28 by 28/
const board = (page: Page) => page.getByRole('application', { name: 'Drawing area' })
const part = (page: Page, name: string) => page.getByRole('region', { name })
const bars = (page: Page): Promise<string[]> =>
  part(page, 'Classifier')
    .getByRole('listitem')
    .evaluateAll((items) =>
      items.map(
        (item) => (item as unknown as { innerHTML: string }).innerHTML.match(/width: ?([\d.e-]+)%/)![1]!,
      ),
    )

/** A line through places in shares of the area's sides. */
async function stroke(page: Page, ...places: readonly (readonly [number, number])[]): Promise<void> {
  const box = (await board(page).boundingBox())!
  const at = ([x, y]: readonly [number, number]) => [box.x + x * box.width, box.y + y * box.height] as const
  await page.mouse.move(...at(places[0]!))
  await page.mouse.down()
  for (const place of places.slice(1)) await page.mouse.move(...at(place), { steps: 6 })
  await page.mouse.up()
}

/** Waits until something that is read from the page is another than it was. */
async function changed<T>(read: () => Promise<T>, before: T): Promise<T> {
  let now = before
  await expect
    .poll(
      async () => {
        now = await read().catch(() => before)
        return JSON.stringify(now)
      },
      { timeout: 20_000 },
    )
    .not.toBe(JSON.stringify(before))
  return now
}

/** What is read twice in a row, a while apart. */
async function settled<Read>(read: () => Promise<Read>): Promise<Read> {
  let before = await read()
  for (;;) {
    await sleep(500)
    const now = await read()
    if (JSON.stringify(now) === JSON.stringify(before)) return now
    before = now
  }
}

unless(noBrowser).describe('drawing', () => {
  let studio: TestStudio
  let browser: TestBrowser
  beforeAll(async () => {
    studio = await testStudio((folder) =>
      trainSmall(folder, [
        { model: 'mlp-gan', name: 'gan' },
        { model: 'vae', name: 'coder' },
        { model: 'classifier', name: 'namer' },
        // Of another size, and so of other data than the rest.
        { model: 'capsules', name: 'capsules', settings: { filters: 8, imageSize: '20' } },
      ]),
    )
    browser = await testBrowser()
    // An extractor that the user of this machine has trained would be the first to look at drawings.
    vi.stubEnv('XDG_CACHE_HOME', join(studio.folder, 'no-cache'))
    // The data is drawn now and not while a page waits for it.
    await studio.ask('/api/runs/gan/example?seed=1')
  }, 300_000)
  afterAll(async () => {
    vi.unstubAllEnvs()
    await browser?.close()
    await studio?.dispose()
  })

  it('with real strokes gets verdicts, which change with more, and go with undo and clear', async () => {
    const page = await browser.open(studio, '/runs/gan/draw')
    await part(page, 'Discriminator').getByText('Of this run, step 23.').waitFor()
    await part(page, 'Classifier').getByText('Of namer (classifier, seed 1, step 23).').waitFor()
    const blank = await inkOf(page, SEEN)
    expect(await page.getByRole('button', { name: 'Undo' }).getAttribute('aria-disabled')).toBe('true')

    await stroke(page, [0.3, 0.2], [0.7, 0.2], [0.45, 0.85])
    await part(page, 'Discriminator')
      .getByText(/^Real with a probability of/)
      .waitFor()
    await part(page, 'Autoencoder')
      .getByText(/^Through a latent of 2 numbers/)
      .waitFor()
    const first = await inkOf(page, SEEN)
    expect(first).not.toBe(blank)
    // Of the whole stroke: verdicts come while it is drawn.
    await changed(() => bars(page), [])
    const firstBars = await settled(() => bars(page))
    expect(firstBars.length).toBe(10)
    expect(firstBars.reduce((sum, width) => sum + Number(width), 0)).toBeCloseTo(100, 2)
    const made = await settled(() => inkOf(page, /^The image it makes of it/))

    await stroke(page, [0.1, 0.1], [0.15, 0.9])
    const second = await changed(() => bars(page), firstBars)
    await changed(() => inkOf(page, /^The image it makes of it/), made)
    expect(await inkOf(page, SEEN)).not.toBe(first)
    expect(second).not.toEqual(firstBars)

    await page.getByRole('button', { name: 'Undo' }).click()
    expect(await inkOf(page, SEEN)).toBe(first)
    await expect.poll(() => bars(page), { timeout: 20_000 }).toEqual(firstBars)

    await page.getByRole('button', { name: 'Clear' }).click()
    expect(await inkOf(page, SEEN)).toBe(blank)
    await part(page, 'Discriminator').getByText('Waits for a drawing.').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    expect(await inkOf(page, SEEN)).toBe(first)
    expect(browser.complaints).toEqual([])
  })

  it('gets the nearest training images, others for another drawing', async () => {
    const page = await browser.open(studio, '/runs/coder/draw')
    const nearest = part(page, 'Nearest training images')
    const labels = () =>
      nearest
        .getByRole('img')
        .evaluateAll((images) => images.map((image) => (image as unknown as { ariaLabel: string }).ariaLabel))
    await stroke(page, [0.5, 0.1], [0.5, 0.9])
    await nearest.getByText(/among 3,000; found in\s+\d+\s+ms/).waitFor({ timeout: 60_000 })
    // An upright line is a one, once it has been drawn to its end.
    const isOne = (label: string): boolean => /^Training image \d+, of class 1$/.test(label)
    await expect.poll(async () => (await labels()).every(isOne), { timeout: 20_000 }).toBe(true)
    expect((await labels()).length).toBeGreaterThanOrEqual(4)
    await page.getByRole('button', { name: 'Clear' }).click()
    await stroke(
      page,
      [0.5, 0.15],
      [0.25, 0.35],
      [0.25, 0.65],
      [0.5, 0.85],
      [0.75, 0.65],
      [0.75, 0.35],
      [0.5, 0.15],
    )
    await expect
      .poll(async () => (await labels()).filter((label) => label.endsWith('class 0')).length, {
        timeout: 20_000,
      })
      .toBeGreaterThanOrEqual(4)
    expect(browser.complaints).toEqual([])
  })

  it('is centred as MNIST was, or left as it is drawn', async () => {
    const page = await browser.open(studio, '/runs/gan/draw')
    await stroke(page, [0.05, 0.05], [0.05, 0.3])
    const corner = await inkOf(page, SEEN)
    await page.getByLabel('as drawn').check()
    expect(await inkOf(page, SEEN)).not.toBe(corner)
    await page.getByLabel('centred as MNIST').check()
    expect(await inkOf(page, SEEN)).toBe(corner)
  })

  it('needs no pointer: arrow keys and space draw, and examples are real images', async () => {
    const page = await browser.open(studio, '/runs/gan/draw')
    const blank = await inkOf(page, SEEN)
    await board(page).focus()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Shift+ArrowUp')
    expect(await inkOf(page, SEEN)).toBe(blank)
    await page.keyboard.press('Space')
    const dot = await inkOf(page, SEEN)
    expect(dot).not.toBe(blank)
    await page.getByText('The brush is down.').waitFor({ state: 'attached' })
    for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowDown')
    const line = await inkOf(page, SEEN)
    expect(line).not.toBe(dot)
    await page.keyboard.press('Space')
    await page.keyboard.press('ArrowRight')
    expect(await inkOf(page, SEEN)).toBe(line)
    await part(page, 'Discriminator')
      .getByText(/^Real with a probability of/)
      .waitFor()
    // One stroke it was.
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await inkOf(page, SEEN)).toBe(blank)

    await page.getByRole('button', { name: 'Take an example' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText(/^Held-out image \d+: its label is \d\.$/).waitFor({ timeout: 60_000 })
    const example = await changed(() => inkOf(page, SEEN), blank)
    await page.keyboard.press('Enter')
    await changed(() => inkOf(page, SEEN), example)
    expect(browser.complaints).toEqual([])
  })

  it('says what is missing and how to get it', async () => {
    const alone = await testStudio((folder) => trainSmall(folder, [{ model: 'mlp-gan', name: 'gan' }]))
    try {
      const page = await browser.open(alone, '/runs/gan/draw')
      const coder = part(page, 'Autoencoder')
      await coder.getByText(/No run in this folder has one for this data/).waitFor()
      expect(await coder.getByRole('link', { name: 'Start one' }).getAttribute('href')).toBe('#/new')
      // Before its studio is gone.
      await page.close()
    } finally {
      await alone.dispose()
    }
  })

  it.each([
    ['wide and light', { viewport: { width: 1280, height: 900 }, colorScheme: 'light' }],
    ['narrow and dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }],
  ] as const)('has no serious accessibility fault, %s, and nothing stands over', async (_, options) => {
    const page = await browser.open(studio, '/runs/gan/draw', options)
    await stroke(page, [0.3, 0.2], [0.7, 0.2], [0.45, 0.85])
    await part(page, 'Discriminator')
      .getByText(/^Real with a probability of/)
      .waitFor()
    await part(page, 'Nearest training images')
      .getByText(/found in/)
      .waitFor({ timeout: 60_000 })
    expect(await axeFaults(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    expect(browser.complaints).toEqual([])
  })

  it.each([
    ['wide and light', { viewport: { width: 1280, height: 900 }, colorScheme: 'light' }],
    ['narrow and dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }],
  ] as const)('is taken apart by capsules, whose numbers can be moved, %s', async (_, options) => {
    const page = await browser.open(studio, '/runs/capsules/capsules', options)
    await stroke(page, [0.3, 0.2], [0.7, 0.2], [0.45, 0.85])
    const drawn = part(page, 'Taken apart').getByRole('img', { name: /^What is drawn of the capsule of/ })
    await drawn.waitFor()
    await page.getByLabel('look for two').check()
    await expect.poll(() => drawn.count(), { timeout: 20_000 }).toBe(2)
    await part(page, 'Taken apart').getByRole('img', { name: 'What is drawn of both capsules' }).waitFor()
    expect(await part(page, 'Taken apart').getByRole('listitem').count()).toBe(2)

    const both = await settled(() => inkOf(page, /^What is drawn of both/))
    const sliders = part(page, 'The numbers of a capsule').getByRole('slider')
    expect(await sliders.count()).toBe(16)
    await sliders.nth(3).fill('0.25')
    await changed(() => inkOf(page, /^What is drawn of both/), both)
    expect(await part(page, 'The numbers of a capsule').getByText('+0.25').count()).toBe(1)
    await page.getByRole('button', { name: 'Back to what was found' }).click()
    await expect.poll(() => inkOf(page, /^What is drawn of both/), { timeout: 20_000 }).toBe(both)
    expect(await axeFaults(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    if (process.env.CAPSULE_PICTURES)
      await page.screenshot({
        path: `${process.env.CAPSULE_PICTURES}/${options.colorScheme}.png`,
        fullPage: true,
      })
    expect(browser.complaints).toEqual([])
  })

  it.each([
    ['wide and light', { viewport: { width: 1280, height: 900 }, colorScheme: 'light' }],
    [
      'narrow and dark',
      { viewport: { width: 390, height: 844 }, colorScheme: 'dark', reducedMotion: 'reduce' },
    ],
  ] as const)(
    'lands in the map of features, whose images are chosen by click and keys and move with a new checkpoint, %s',
    async (_, options) => {
      // The newest checkpoint comes when the map has been looked at.
      const folder = join(studio.folder, 'coder')
      const newest = (await readdir(join(folder, 'checkpoints'))).sort().at(-1)!
      await rename(join(folder, 'checkpoints', newest), join(studio.folder, newest))
      const page = await browser.open(studio, '/runs/coder/map', options)
      const map = (await (await studio.ask('/api/runs/coder/map')).json()) as FeatureMap
      expect(map.step).toBeLessThan(23)
      const scatter = page.getByRole('application', { name: `Map of ${map.labels.length} images` })
      await scatter.waitFor({ timeout: 60_000 })
      const chosen = part(page, 'The chosen image')
      const own = () => chosen.locator('strong').first().locator('..').innerText()
      const nearest = (name: string) => part(page, name).getByRole('listitem')
      const drawn = () =>
        scatter.locator('canvas').evaluate((canvas) => (canvas as unknown as Canvas).toDataURL())

      // A place where nothing lies over the image that is meant.
      const places = turned(map.plane, frameOf(map.plane))
      await scatter.scrollIntoViewIfNeeded()
      const box = (await scatter.boundingBox())!
      await page.mouse.click(box.x + places[6]! * box.width, box.y + places[7]! * box.height)
      const found = pointAt(places, [places[6]!, places[7]!], 1)!
      await expect
        .poll(own, { timeout: 20_000 })
        .toContain(`Held-out image ${map.indices[found]}, of class ${map.classes[map.labels[found]!]}.`)
      await expect.poll(() => nearest('The chosen image').count()).toBe(8)
      const clicked = await own()
      await page.keyboard.press('Home')
      const middle = await changed(own, clicked)
      await page.keyboard.press('ArrowRight')
      await changed(own, middle)

      await board(page).scrollIntoViewIfNeeded()
      await stroke(page, [0.5, 0.1], [0.5, 0.9])
      await expect.poll(() => nearest('Draw, and see where it lands').count(), { timeout: 20_000 }).toBe(8)
      const before = await settled(drawn)
      await page.getByRole('button', { name: '7', exact: true }).click()
      const alone = await changed(drawn, before)
      await page.getByRole('button', { name: '7', exact: true }).click()
      await page.getByLabel('neighbourhoods (UMAP)').check()
      await page.locator('[data-method="umap"]').waitFor({ timeout: 60_000 })
      await changed(drawn, alone)
      expect(await axeFaults(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)

      await page.getByLabel('principal plane (PCA)').check()
      const old = await settled(drawn)
      await rename(join(studio.folder, newest), join(folder, 'checkpoints', newest))
      const status = JSON.parse(await readFile(join(folder, 'status.json'), 'utf8'))
      await writeFile(
        join(folder, 'status.json'),
        JSON.stringify({ ...status, updatedAt: new Date().toISOString() }),
      )
      await page.locator('[data-step="23"]').waitFor({ timeout: 20_000 })
      await changed(drawn, old)
      if (process.env.MAP_PICTURES) {
        await page.locator('[data-moving="false"]').waitFor()
        await page.screenshot({
          path: `${process.env.MAP_PICTURES}/${options.colorScheme}.png`,
          fullPage: true,
        })
      }
      expect(browser.complaints).toEqual([])
    },
  )

  it('by finger draws and does not scroll the page', async () => {
    const page = await browser.open(studio, '/runs/gan/draw', {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    })
    const blank = await inkOf(page, SEEN)
    const box = (await board(page).boundingBox())!
    const session = await page.context().newCDPSession(page)
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...places: { x: number; y: number }[]) =>
      session.send('Input.dispatchTouchEvent', { type, touchPoints: places })
    const [x, y] = [box.x + box.width / 2, box.y + 40]
    await touch('touchStart', { x, y })
    for (let i = 1; i <= 10; i++) await touch('touchMove', { x, y: y + 20 * i })
    await touch('touchEnd')
    expect(await changed(() => inkOf(page, SEEN), blank)).not.toBe(blank)
    expect(await page.evaluate('scrollY')).toBe(0)
    await part(page, 'Discriminator')
      .getByText(/^Real with a probability of/)
      .waitFor()
  })
})
