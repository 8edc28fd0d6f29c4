// The duel on the plane in the studio: a collapse from the form to its alarm in words, the slider, one player alone, comparing, exporting.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { startRun } from '../../src/lifecycle/index.ts'
import type { StartForms } from '../../src/server/protocol.ts'
import { unless } from '../support/unless.ts'
import {
  axeFaults,
  noBrowser,
  type TestBrowser,
  type TestStudio,
  testBrowser,
  testStudio,
  until,
} from './studio.ts'

let studio: TestStudio
let browser: TestBrowser

const SMALL = {
  units: 8,
  latentDim: 2,
  batchSize: 16,
  threads: 1,
  steps: 30,
  sampleEvery: 10,
  checkpointEvery: 30,
}
async function trained(folder: string, name: string, objective: string): Promise<void> {
  const settings = { ...SMALL, objective }
  const command = ['sparring', 'train', 'mlp-points']
  const dataOptions = { count: 60 }
  for await (const _ of startRun({
    model: 'mlp-points',
    data: 'ring',
    dataOptions,
    folder: join(folder, name),
    command,
    settings,
  }));
}

unless(noBrowser).describe('the duel on the plane', () => {
  beforeAll(async () => {
    studio = await testStudio(async (folder) => {
      await mkdir(folder, { recursive: true })
      await trained(folder, 'plain', 'non-saturating')
      await trained(folder, 'scored', 'wgan-gp')
    })
    browser = await testBrowser()
  }, 120_000)
  beforeEach(() => {
    browser.complaints.length = 0
  })
  afterAll(async () => {
    await browser?.close()
    await studio?.dispose()
  })

  const stepShown = "Number(document.querySelector('canvas[data-step]')?.dataset.step)"

  it('is drawn, told in words, and moved by the keys of its slider, on desk and phone', async () => {
    for (const options of [{}, { viewport: { width: 360, height: 740 }, colorScheme: 'dark' } as const]) {
      const page = await browser.open(studio, '/runs/plain', options)
      await until(page, `${stepShown} === 29`)
      const region = page.getByRole('region', { name: 'The duel on the plane' })
      const picture = region.getByRole('img', { name: /^Step 29: 256 made points before 60 real ones/ })
      expect(await picture.getAttribute('aria-label')).toMatch(/400 fresh samples reach \d of 8 modes/)
      expect(await region.textContent()).toMatch(/Real taken for real.*%.*Made taken for real/s)
      // Colours of the map are there: the canvas is no plain square.
      const colours = await page.evaluate(`(() => {
        const canvas = document.querySelector('canvas[data-step]')
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
        return new Set(Array.from({ length: 900 }, (_, i) => data.slice(4 * 97 * i, 4 * 97 * i + 3).join())).size
      })()`)
      expect(colours).toBeGreaterThan(5)
      const slider = region.getByRole('slider', { name: 'Step of the plane' })
      await slider.focus()
      await page.keyboard.press('ArrowLeft')
      await until(page, `${stepShown} === 28`)
      await page.keyboard.press('Home')
      await until(page, `${stepShown} === 0`)
      // Curves and samples follow: it is one step that is pinned.
      expect(await page.getByLabel('Pinned step').inputValue()).toBe('0')
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
      expect(await axeFaults(page)).toEqual([])
    }
    expect(browser.complaints).toEqual([])
  })

  it('tells scores where there are no probabilities, and leaves out what is unticked', async () => {
    const page = await browser.open(studio, '/runs/scored')
    await until(page, `${stepShown} === 29`)
    const region = page.getByRole('region', { name: 'The duel on the plane' })
    expect(await region.textContent()).toMatch(/Score of real/)
    expect(await region.textContent()).toMatch(
      /only the difference counts\.\s+The line: nine of ten real points score higher/,
    )
    const dark = `(() => {
      const canvas = document.querySelector('canvas[data-step]')
      return canvas.toDataURL()
    })()`
    const before = await page.evaluate(dark)
    await region.getByLabel('Where they are pulled').uncheck()
    await until(page, `${dark} !== ${JSON.stringify(before)}`)
    expect(browser.complaints).toEqual([])
  })

  it('stands side by side with another, at one step', async () => {
    const page = await browser.open(studio, '/compare?runs=plain,scored')
    await until(page, "document.querySelectorAll('canvas[data-step]').length === 2")
    await page.getByRole('slider', { name: 'Step of the planes' }).focus()
    await page.keyboard.press('Home')
    await until(
      page,
      "[...document.querySelectorAll('canvas[data-step]')].every(({ dataset }) => dataset.step === '0')",
    )
    expect(browser.complaints).toEqual([])
  })

  it('is in the exported page, offline', async () => {
    const answer = await studio.ask('/api/runs/plain/export.html')
    expect(answer.status).toBe(200)
    const file = join(studio.folder, 'plain.html')
    await writeFile(file, await answer.text())
    const context = await browser.browser.newContext({ offline: true })
    const page = await context.newPage()
    await page.goto(pathToFileURL(file).href)
    await until(page, `${stepShown} === 29`)
    await page.getByRole('slider', { name: 'Step of the plane' }).focus()
    await page.keyboard.press('ArrowLeft')
    await until(page, `${stepShown} === 28`)
    await context.close()
  })

  it('is seen to collapse by whoever takes the first example of the form', async () => {
    const { forms } = (await (await studio.ask('/api/forms')).json()) as StartForms
    expect(forms[0]!.examples!.slice(0, 2).map(({ data, settings }) => [data, settings.objective])).toEqual([
      ['ring', 'non-saturating'],
      ['ring', 'r3gan'],
    ])
    const opened = performance.now()
    const page = await browser.open(studio, '/new')
    await page.getByRole('button', { name: 'Fill in the form' }).first().click()
    expect(
      await page.getByText(/^sparring train mlp-points --data ring --steps 6000/).textContent(),
    ).toContain('--objective non-saturating')
    // The button to begin with has the focus: the key that took the example begins it.
    await until(page, "document.activeElement?.textContent.trim() === 'Start training'")
    await page.keyboard.press('Enter')
    await page.locator('canvas[data-step]').waitFor({ timeout: 110_000 })
    await page.getByText('Collapsed samples.').waitFor({ timeout: 110_000 })
    expect(performance.now() - opened).toBeLessThan(120_000)
    expect(await page.getByRole('region', { name: 'The duel on the plane' }).textContent()).toMatch(
      /fresh samples leave modes out: \d of 8 modes left in 400 samples/,
    )
    // One player alone, and the plane shows that very step.
    await page.getByRole('button', { name: 'Pause' }).first().click()
    await page.getByRole('button', { name: 'Step the discriminator' }).click()
    await until(
      page,
      `Number(/step (\\d+) was asked for by hand/.exec(document.body.textContent)?.[1]) === ${stepShown}`,
    )
    const link = page.getByRole('link', { name: 'Try a cure on the same data' })
    expect(await link.getAttribute('href')).toBe('#/new/training/mlp-points')
    await page.getByRole('button', { name: 'Stop …' }).click()
    await page.getByRole('button', { name: 'Stop it' }).click()
    await page.getByRole('button', { name: 'Resume from the last checkpoint' }).waitFor()
    expect(browser.complaints).toEqual([])
  }, 180_000)
})
