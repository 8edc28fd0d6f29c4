// The list of runs, the form that starts one, and a run as it trains, in a real browser.
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { lockHolder } from '../../src/runs/node/index.ts'
import { openStudio } from '../../src/server/index.ts'
import type { RunList } from '../../src/server/protocol.ts'
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
  until,
} from './studio.ts'

const patient = { timeout: 60_000, interval: 100 }
/** A phone, and a desktop in the dark. */
const LOOKS = [
  { viewport: { width: 390, height: 844 } },
  { colorScheme: 'dark', viewport: { width: 1280, height: 900 } },
] as const

/** Whether nothing is wider than the window. */
const fits = (page: Page): Promise<boolean> =>
  page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth')
const sourceOf = (image: Locator): Promise<string | null> => image.getAttribute('src')

unless(noBrowser).describe('the studio', () => {
  let studio: TestStudio
  let empty: TestStudio
  let browser: TestBrowser
  beforeAll(async () => {
    studio = await testStudio(async (folder) => {
      await trainSmall(folder, [
        { model: 'mlp-gan', name: 'gan', settings: { steps: 40, sampleEvery: 4 } },
        { model: 'vae', name: 'vae' },
        { model: 'classifier', name: 'names' },
      ])
      await copyRun(folder, 'gan', 'broken')
      await writeFile(join(folder, 'broken', 'config.json'), '{')
      await writeFile(
        join(folder, 'gan', 'events.jsonl'),
        `${JSON.stringify({ step: 9, kind: 'samples-collapsed', severity: 'warning', message: 'they look alike' })}\n`,
      )
    })
    empty = await testStudio()
    browser = await testBrowser()
  }, 300_000)
  afterAll(async () => {
    for (const name of ['duel', 'started']) {
      const holder = await lockHolder(join(studio.folder, name)).catch(() => undefined)
      if (holder) process.kill(holder.pid)
    }
    await browser?.close()
    await empty?.dispose()
    await studio?.dispose()
  })
  afterEach(() => {
    expect(browser.complaints.splice(0)).toEqual([])
  })

  describe('list of runs', () => {
    it('shows samples, progress and state of each, and what is wrong with a damaged one', async () => {
      const page = await browser.open(studio, '/')
      const card = (name: string) => page.getByRole('listitem').filter({ hasText: name })
      const gan = card('mlp-gan on digits')
      await gan.getByText('40 / 40').waitFor()
      expect(await gan.textContent()).toContain('seed 1')
      expect(await gan.textContent()).toContain('finished')
      expect(await sourceOf(gan.locator('img'))).toBe('/files/gan/samples/step-000039.png')
      expect(await gan.getByRole('progressbar').getAttribute('aria-valuetext')).toBe('40 of 40 steps')
      const broken = card('broken')
      expect(await broken.textContent()).toMatch(/unreadable.*config\.json/s)
      expect(await broken.getByRole('link').count()).toBe(0)
    })

    it('is filtered by text, and tells how many are left', async () => {
      const page = await browser.open(studio, '/')
      await page.getByText('4 runs').waitFor()
      await page.getByLabel('Filter').fill('vae digits')
      await page.getByText('1 of 4').waitFor()
      expect(await page.getByRole('listitem').count()).toBe(1)
      await page.getByLabel('Filter').fill('nonsense')
      await page.getByText('No run has all of these words.').waitFor()
    })

    it('takes two runs to the comparison, by keyboard', async () => {
      const page = await browser.open(studio, '/')
      await page.getByLabel('Compare vae').focus()
      await page.keyboard.press('Space')
      await page.getByText('Choose another one').waitFor()
      await page.getByLabel('Compare gan').focus()
      await page.keyboard.press('Space')
      await page.getByRole('link', { name: 'Compare 2 runs' }).press('Enter')
      await until(page, "location.hash === '#/compare?runs=vae,gan'")
    })

    it('keeps its pictures while it looks for news', async () => {
      const page = await browser.open(studio, '/')
      await page.getByText('40 / 40').waitFor()
      await page.evaluate(
        "document.querySelectorAll('li, li img').forEach((element) => { element.isFirst = true })",
      )
      const answer = () => page.waitForResponse((response) => response.url().endsWith('/api/runs'))
      await answer()
      await answer()
      await page.waitForTimeout(100)
      expect(
        await page.evaluate("[...document.querySelectorAll('li, li img')].every(({ isFirst }) => isFirst)"),
      ).toBe(true)
    })

    it('explains itself when there are none', async () => {
      const page = await browser.open(empty, '/')
      await page.getByText('There are no runs in this folder yet').waitFor()
      expect(await axeFaults(page)).toEqual([])
      await page.getByRole('link', { name: 'Start the first run' }).click()
      await page.getByRole('heading', { name: 'New run' }).waitFor()
    })

    it('can be used by everybody, on a phone and in the dark', async () => {
      for (const look of LOOKS) {
        const page = await browser.open(studio, '/', look)
        await page.getByText('40 / 40').waitFor()
        await page.getByLabel('Compare vae').check()
        await page.getByLabel('Compare gan').check()
        expect(await axeFaults(page)).toEqual([])
        expect(await fits(page)).toBe(true)
      }
    })
  })

  describe('form that starts a run', () => {
    it('says what is wrong where it is wrong, and sends nothing', async () => {
      const page = await browser.open(studio, '/new')
      const asked: string[] = []
      page.on('request', (request) => {
        if (request.method() === 'POST') asked.push(request.url())
      })
      const steps = page.getByLabel('Steps', { exact: true })
      await steps.fill('1.5')
      await page.getByText('Expected a whole number of at least 1 and at most 1000000000.').waitFor()
      await page.getByLabel('Name', { exact: true }).fill('../up')
      await page.getByText('Expected at most 128').waitFor()
      await page.getByRole('button', { name: 'Start training' }).click()
      await page.getByText('2 fields need another value.').waitFor()
      expect(await page.evaluate('document.activeElement.getAttribute("aria-invalid")')).toBe('true')
      expect(asked).toEqual([])
    })

    it('tells which command it equals, with only what was changed', async () => {
      const page = await browser.open(studio, '/new')
      await page.getByRole('radio', { name: /^vae a deep/ }).check()
      const command = page.locator('pre')
      await expect.poll(() => command.textContent()).toBe('sparring train vae --data digits')
      await page.getByLabel('Steps', { exact: true }).fill('12')
      await page.getByLabel('Learning rate').fill('0.001')
      await page.getByLabel('Latent dim').fill('3')
      // A learning rate of 0.001 is this model's default.
      await expect
        .poll(() => command.textContent())
        .toBe('sparring train vae --data digits --steps 12 --latent-dim 3')
      await page.getByText('2 settings differ').waitFor()
      await page.getByRole('button', { name: 'Back to the defaults' }).click()
      await expect.poll(() => command.textContent()).toBe('sparring train vae --data digits')
    })

    it("shows the studio's refusal at the setting that it is about, or below", async () => {
      const page = await browser.open(studio, '/new')
      const start = page.getByRole('button', { name: 'Start training' })
      const refusal = page.getByRole('alert')
      // What the server refuses the form refuses, too: by the same schema.
      for (const value of ['-1', '0']) {
        await page.getByLabel('Learning rate').fill(value)
        await start.click()
        expect(await refusal.textContent()).toBe('Expected a number above 0.')
      }
      await page.getByLabel('Learning rate').fill('7')
      const error = '--learning-rate 7: expected a number that this studio takes'
      await page.route('**/api/runs', (route) =>
        route.request().method() === 'POST'
          ? route.fulfill({ status: 400, json: { error } })
          : route.continue(),
      )
      await start.click()
      await refusal.waitFor()
      expect(await refusal.textContent()).toBe('Expected a number that this studio takes.')
      await page.unroute('**/api/runs')
      const described = await page.getByLabel('Learning rate').getAttribute('aria-describedby')
      expect(described?.split(' ')).toContain(await refusal.getAttribute('id'))
      await page.getByLabel('Learning rate').fill('')
      await page.getByLabel('Name', { exact: true }).fill('gan')
      await start.click()
      await page.getByText('there is a run "gan" already').waitFor()
      // The browser notes refused requests on its console.
      expect(browser.complaints.splice(0).join()).toMatch(/^(Failed to load resource.*400[^,]*,?)+$/)
    })

    it('can be used by everybody, on a phone and in the dark', async () => {
      for (const look of LOOKS) {
        const page = await browser.open(studio, '/new', look)
        await page.getByText('More settings').click()
        await page.getByLabel('Steps', { exact: true }).fill('x')
        await page.getByText('Expected a whole number').waitFor()
        expect(await axeFaults(page)).toEqual([])
        expect(await fits(page)).toBe(true)
      }
    })

    it('shows a run that cannot begin, with its reason', async () => {
      const page = await browser.open(studio, '/new')
      await page.getByRole('radio', { name: /^classifier/ }).check()
      await page.getByLabel('Name', { exact: true }).fill('bad')
      await page.getByLabel('Count').fill('200')
      await page.getByLabel('Steps', { exact: true }).fill('5')
      await page.getByText('More settings').click()
      await page.getByLabel('Evaluate every').fill('1')
      // The data is there before a page can ask: the list keeps the time of loading until it was seen.
      let loads = true
      await page.route('**/api/runs', async (route) => {
        if (route.request().method() !== 'GET' || !loads) return route.continue()
        const response = await route.fetch()
        const { runs } = (await response.json()) as RunList
        const loading = runs.map((run) => (run.name === 'bad' ? { ...run, state: 'preparing' } : run))
        await route.fulfill({ response, json: { runs: loading } })
      })
      await page.getByRole('button', { name: 'Start training' }).click()
      await page.getByRole('heading', { name: 'bad', level: 1 }).waitFor()
      await page.getByText('Preparing: loading data').waitFor()
      loads = false
      await page.getByRole('alert').getByText('makes no images').waitFor({ timeout: 60_000 })
    }, 90_000)
  })

  describe('finished run', () => {
    it('has values at its newest step, and at the one that is pinned', async () => {
      const page = await browser.open(studio, '/runs/gan')
      await page.getByRole('columnheader', { name: 'Step 39' }).waitFor()
      await page.getByLabel('Pinned step').fill('9')
      await page.keyboard.press('Enter')
      await page.getByRole('columnheader', { name: 'Step 9' }).waitFor()
      const row = page.getByRole('row', { name: /generator loss/i }).first()
      const response = await studio.ask('/api/runs/gan')
      const { metrics, config } = (await response.json()) as {
        metrics: Record<string, number[]>
        config: { metrics: { name: string; label: string }[] }
      }
      const { name } = config.metrics.find(({ label }) => /generator loss/i.test(label))!
      expect(Number(await row.getByRole('cell').first().textContent())).toBeCloseTo(metrics[name]![9]!, 2)
      await page.getByRole('button', { name: 'Unpin' }).click()
      await page.getByRole('columnheader', { name: 'Step 39' }).waitFor()
    })

    it('pins the step of a click in the chart, and of an event', async () => {
      const page = await browser.open(studio, '/runs/gan')
      const chart = page.getByRole('img', { name: /^Learning curves/ })
      const box = (await chart.boundingBox())!
      await chart.click({ position: { x: box.width / 2, y: box.height / 2 } })
      const pinned = page.getByLabel('Pinned step')
      await expect.poll(async () => Number(await pinned.inputValue())).toBeGreaterThan(14)
      expect(Number(await pinned.inputValue())).toBeLessThan(25)
      await page.getByRole('region', { name: 'Events' }).getByRole('button', { name: 'Step 9' }).click()
      await expect.poll(() => pinned.inputValue()).toBe('9')
      await page.getByText('they look alike').waitFor()
      await page.getByText('Warning: collapsed samples, since step 9.').waitFor()
      // Samples of step 7 are the last ones made up to there.
      await page.getByRole('img', { name: /Samples from fixed latents, step [78]$/ }).waitFor()
    })

    it('does not say that nothing happened before anybody could know', async () => {
      const page = await browser.open(studio, '/runs/vae')
      const events = page.getByRole('region', { name: 'Events' })
      await events.getByText(/^Too early to tell: .*collapsed samples.* The run has 24 steps\.$/).waitFor()
      expect(await events.textContent()).not.toMatch(/no sign|nothing/i)
    })

    it('draws other curves when it is smoothed, logarithmic, zoomed or has hidden metrics', async () => {
      const page = await browser.open(studio, '/runs/gan')
      const canvas = page.getByRole('img', { name: /^Learning curves/ }).locator('canvas')
      await canvas.waitFor()
      const picture = () =>
        canvas.evaluate((element) => (element as unknown as { toDataURL(): string }).toDataURL())
      await page.waitForTimeout(300)
      let before = await picture()
      const changes = async (what: string, act: () => Promise<unknown>): Promise<void> => {
        await act()
        await expect.poll(picture, { message: what }).not.toBe(before)
        await page.waitForTimeout(200)
        before = await picture()
      }
      await changes('smoothing', () => page.getByRole('slider', { name: /averaged/i }).press('ArrowRight'))
      await changes('logarithmic', () => page.getByLabel('Log scale').check())
      await changes('hidden', () => page.getByRole('checkbox', { name: /discriminator accuracy/i }).uncheck())
      await changes('zoomed in', () => page.getByRole('button', { name: 'Zoom in' }).click())
      await changes('moved by keys', () => page.getByLabel('First step shown').press('ArrowRight'))
      await changes('all steps', () => page.getByRole('button', { name: 'All steps' }).click())
      await changes('the wheel with Ctrl', async () => {
        await canvas.hover()
        await page.keyboard.down('Control')
        await page.mouse.wheel(0, -400)
        await page.keyboard.up('Control')
      })
      expect(await page.getByRole('button', { name: 'All steps' }).isEnabled()).toBe(true)
    })

    it('shows every saved step with a slider, by keys, and plays them', async () => {
      const page = await browser.open(studio, '/runs/gan')
      const image = page.getByRole('img', { name: /^Samples from/ })
      await image.waitFor()
      const slider = page.getByRole('slider', { name: 'Step of the samples' })
      const [count] = [Number(await slider.getAttribute('max')) + 1]
      expect(count).toBe(11)
      expect(await slider.inputValue()).toBe(String(count - 1))
      await slider.focus()
      await page.keyboard.press('Home')
      await expect.poll(() => sourceOf(image)).toBe('/files/gan/samples/step-000000.png')
      const seen = new Set<string | null>([await sourceOf(image)])
      for (let i = 1; i < count; i++) {
        await page.keyboard.press('ArrowRight')
        await expect.poll(() => slider.inputValue()).toBe(String(i))
        seen.add(await sourceOf(image))
      }
      expect(seen.size).toBe(count)
      await page.getByRole('button', { name: 'Fresh latents' }).click()
      await expect.poll(() => sourceOf(image)).toBe('/files/gan/samples/fresh-000039.png')
      await page.getByRole('button', { name: 'Play' }).click()
      await expect.poll(() => sourceOf(image)).toBe('/files/gan/samples/fresh-000004.png')
      await page.getByRole('button', { name: 'Pause' }).click()
    })

    it('enlarges pixels by a whole factor of the pixels of the screen', async () => {
      for (const deviceScaleFactor of [1, 1.5, 2]) {
        const page = await browser.open(studio, '/runs/gan', { deviceScaleFactor })
        const image = page.getByRole('img', { name: /^Samples from/ })
        await image.waitFor()
        const factor = () =>
          image.evaluate((element) => {
            const picture = element as unknown as {
              naturalWidth: number
              getBoundingClientRect(): { width: number }
            }
            return picture.getBoundingClientRect().width / picture.naturalWidth
          })
        await expect.poll(async () => (await factor()) * deviceScaleFactor).toBeGreaterThanOrEqual(1.99)
        const pixels = (await factor()) * deviceScaleFactor
        expect(Math.abs(pixels - Math.round(pixels))).toBeLessThan(0.01)
      }
    })

    it('wipes between two steps, by mouse and by keys', async () => {
      const page = await browser.open(studio, '/runs/gan')
      await page.getByRole('button', { name: 'Compare two steps' }).click()
      const divider = page.getByRole('slider', { name: 'Divider between step 0 and step 39' })
      const over = page.getByRole('img', { name: 'Samples from fixed latents, step 0' })
      const clip = () => page.evaluate("getComputedStyle(document.querySelector('img.over')).clipPath")
      await over.waitFor()
      const middle = await clip()
      expect(middle).toMatch(/^inset/)
      await divider.focus()
      await page.keyboard.press('Home')
      await expect.poll(() => divider.inputValue()).toBe('0')
      const left = await clip()
      expect(left).not.toBe(middle)
      const box = (await divider.boundingBox())!
      await page.mouse.move(box.x + 3, box.y + box.height / 3)
      await page.mouse.down()
      await page.mouse.move(box.x + box.width * 0.75, box.y + box.height / 3, { steps: 4 })
      await page.mouse.up()
      await expect.poll(async () => Number(await divider.inputValue())).toBeGreaterThan(70)
      expect([middle, left]).not.toContain(await clip())
      await page.getByRole('slider', { name: 'Left: step 0' }).press('ArrowRight')
      await page.getByRole('slider', { name: 'Divider between step 4 and step 39' }).waitFor()
    })

    it('without samples says so; with held-out images it has their loss', async () => {
      const page = await browser.open(studio, '/runs/names')
      await page.getByText('This model does not make images').waitFor()
      await page.goto(studio.url('/runs/vae'))
      await page.getByRole('row', { name: /^Validation/ }).waitFor()
      await page.getByText('measured on held-out images').waitFor()
      // Nothing can be asked of a finished training.
      expect(await page.getByRole('button', { name: /Pause$|Continue|Resume|Stop/ }).count()).toBe(0)
    })

    it('can be used by everybody, on a phone and in the dark', async () => {
      for (const look of LOOKS) {
        const page = await browser.open(studio, '/runs/gan', look)
        await page.getByRole('button', { name: 'Compare two steps' }).click()
        await page.getByText('Settings, data and the command').click()
        await page.getByText(/^Networks: generator/).click()
        await page.getByText('The command that starts it again').waitFor()
        expect(await axeFaults(page)).toEqual([])
        expect(await fits(page)).toBe(true)
      }
    })

    it('that nobody has, is told', async () => {
      const page = await browser.open(studio, '/runs/nobody')
      await page.getByRole('alert').getByText('there is no run "nobody"').waitFor()
      expect(browser.complaints.splice(0).join()).toMatch(/404/)
    })
  })

  describe('run that trains', () => {
    it('is started from the page, and its curves and samples arrive by themselves', async () => {
      const page = await browser.open(studio, '/new')
      await page.getByLabel('Name', { exact: true }).fill('duel')
      await page.getByLabel('Count').fill('200')
      await page.getByLabel('Steps', { exact: true }).fill('100000')
      await page.getByLabel('Batch size').fill('4')
      await page.getByText('More settings').click()
      await page.getByLabel('Sample every').fill('20')
      await page.getByLabel('Checkpoint every').fill('1000')
      await page.getByLabel('Threads').fill('1')
      await page.getByRole('button', { name: 'Start training' }).click()
      await page.getByRole('heading', { name: 'duel', level: 1 }).waitFor()
      await page.getByRole('button', { name: 'Pause', exact: true }).waitFor({ timeout: 60_000 })
      const slider = page.getByRole('slider', { name: 'Step of the samples' })
      await slider.waitFor({ timeout: 60_000 })
      const steps = async () => Number(await slider.getAttribute('max'))
      const first = await steps()
      await expect.poll(steps, patient).toBeGreaterThan(first + 1)
      // At the end it follows the newest.
      expect(await slider.inputValue()).toBe(await slider.getAttribute('max'))
      const label = async () =>
        Number(
          (await page.getByRole('img', { name: /^Learning curves/ }).getAttribute('aria-label'))!
            .match(/over ([\d,]+)/)![1]!
            .replace(',', ''),
        )
      const before = await label()
      await expect.poll(label, patient).toBeGreaterThan(before)
      // In the middle it stays.
      await slider.focus()
      await page.keyboard.press('Home')
      const max = await steps()
      await expect.poll(steps, patient).toBeGreaterThan(max)
      expect(await slider.inputValue()).toBe('0')
    }, 150_000)

    it('is paused, stepped for each player alone, and goes on', async () => {
      const page = await browser.open(studio, '/runs/duel')
      await page.getByRole('button', { name: 'Pause', exact: true }).click()
      await page.getByRole('button', { name: 'Continue' }).waitFor({ timeout: 30_000 })
      const slider = page.getByRole('slider', { name: 'Step of the samples' })
      const shown = async () => Number((await slider.getAttribute('aria-valuetext'))!.replace(/\D/g, ''))
      for (const name of ['Step the discriminator', 'Step the generator', 'Step a whole round']) {
        const before = await shown()
        await page.getByRole('button', { name }).click()
        await expect.poll(shown, patient).toBeGreaterThan(before)
        // Each step is shown, and training stays paused.
        await expect.poll(() => page.getByRole('button', { name }).isEnabled(), patient).toBe(true)
      }
      await page.getByText('only the discriminator learned').waitFor()
      await page.getByText('only the generator learned').waitFor()
      expect(await axeFaults(page)).toEqual([])
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.getByRole('button', { name: 'Pause', exact: true }).waitFor({ timeout: 30_000 })
    }, 150_000)

    it('tells whoever would start another one', async () => {
      const page = await browser.open(studio, '/new')
      await page.getByText('duel is going on at the moment').waitFor()
    })

    it('asks before it stops, and can be resumed', async () => {
      const page = await browser.open(studio, '/runs/duel')
      await page.getByRole('button', { name: 'Stop …' }).click()
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter') // Keep it going
      await page.getByRole('button', { name: 'Stop …' }).press('Enter')
      await page.keyboard.press('Enter') // Stop it
      const resume = page.getByRole('button', { name: 'Resume from the last checkpoint' })
      await resume.waitFor({ timeout: 60_000 })
      await expect.poll(() => lockHolder(join(studio.folder, 'duel')), patient).toBeUndefined()
      await resume.click()
      await page.getByRole('button', { name: 'Pause', exact: true }).waitFor({ timeout: 60_000 })
      await page.getByRole('button', { name: 'Stop …' }).click()
      await page.getByRole('button', { name: 'Stop it' }).click()
      await resume.waitFor({ timeout: 60_000 })
      await expect.poll(() => lockHolder(join(studio.folder, 'duel')), patient).toBeUndefined()
      await rm(join(studio.folder, 'duel', 'checkpoints'), { recursive: true })
    }, 200_000)

    it('cannot be changed by a page without the token where reading is open, which says so', async () => {
      const open = await openStudio({ runs: studio.folder, port: 0, openReading: true })
      const context = await browser.browser.newContext()
      const page = await context.newPage()
      await page.goto(`http://127.0.0.1:${open.port}/#/runs/duel`)
      await page.getByText('This page may look but not change anything').waitFor()
      expect(await page.getByRole('button', { name: 'Resume from the last checkpoint' }).isDisabled()).toBe(
        true,
      )
      await page.goto(`http://127.0.0.1:${open.port}/#/new`)
      await page.getByText('This page may look but not change anything').waitFor()
      expect(await page.getByRole('button', { name: 'Start training' }).isDisabled()).toBe(true)
      await context.close()
      await open.close()
    })
  })
})
