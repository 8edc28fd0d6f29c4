// A run as one file: opened from the disk, without a network.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startRun } from '../../src/lifecycle/index.ts'
import { writeExportedPage } from '../../src/server/index.ts'
import { trainSmall } from '../support/small-runs.ts'
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

describe('an exported page', () => {
  let studio: TestStudio
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sparring-export-'))
    studio = await testStudio(async (runs) => {
      await trainSmall(runs, [
        { model: 'vae', name: 'vae' },
        { model: 'classifier', name: 'classifier' },
      ])
      const agent = { copies: 2, memory: 200, learningStarts: 8, atoms: 7 }
      const settings = { env: 'cart-pole', steps: 12, batchSize: 4, threads: 1, evaluateEvery: 0, ...agent }
      const command = ['sparring', 'train', 'c51']
      const folder = join(runs, 'agent')
      for await (const _ of startRun({ model: 'c51', data: 'own', folder, settings, command }));
    })
  }, 240_000)
  afterAll(async () => {
    await studio?.dispose()
    await rm(folder, { recursive: true, force: true })
  })

  const fetched = (run: string): Promise<Response> => studio.ask(`/api/runs/${run}/export.html`)

  it('is a download that holds its script, styles and data, and allows no request', async () => {
    const response = await fetched('vae')
    expect(response.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''vae.html")
    const text = await response.text()
    expect(text).toMatch(/content="default-src 'none'; script-src 'sha256-[^']+' 'wasm-unsafe-eval';/)
    expect(text).not.toMatch(/<(script|link|img)[^>]+(src|href)="(?!data:)/)
    // Data and the page's one script.
    expect(text.match(/<\/script/g)!.length).toBe(5)
    expect(text).not.toContain(studio.folder)
    expect(text).not.toContain(studio.token)
  })

  it('goes without runtime and network for a run that makes no images', async () => {
    const text = await (await fetched('classifier')).text()
    expect(text).not.toContain('id="part-runtime"')
    expect(text.length).toBeLessThan(2_500_000)
    const refused = await studio.ask('/api/runs/classifier/latent')
    expect(refused.status).toBe(400)
    expect(await refused.text()).toContain('makes no images')
  })

  it('is written by the command as well', async () => {
    const file = join(folder, 'written.html')
    const { page, bytes } = await writeExportedPage(join(studio.folder, 'vae'), file)
    const text = await readFile(page, 'utf8')
    expect(Buffer.byteLength(text)).toBe(bytes)
    expect(text).toContain('<title>vae · Sparring</title>')
  })

  unless(noBrowser).describe('opened from the disk with the network off', () => {
    let browser: TestBrowser
    const requests: string[] = []
    const complaints: string[] = []
    beforeAll(async () => {
      browser = await testBrowser()
    })
    afterAll(() => browser?.close())

    async function openFile(run: string, width = 1280): Promise<Page> {
      const file = join(folder, `${run}.html`)
      await writeFile(file, await (await fetched(run)).text())
      const context = await browser.browser.newContext({
        viewport: { width, height: 900 },
        offline: true,
      })
      const page = await context.newPage()
      page.on('request', (request) => {
        if (!/^(data|blob):/.test(request.url())) requests.push(request.url())
      })
      page.on('console', (message) => complaints.push(message.text()))
      page.on('pageerror', (error) => complaints.push(String(error)))
      await page.goto(pathToFileURL(file).href)
      await page.getByRole('heading', { name: run, level: 1 }).waitFor()
      return page
    }

    it('shows curves, every saved step, and a latent space that lives', async () => {
      const page = await openFile('vae')
      await page.getByRole('heading', { name: 'Learning curves' }).waitFor()
      await page.getByAltText(/Samples from fixed latents/).waitFor()
      expect(await page.evaluate("document.querySelector('img.pixels').decode().then(() => 'decoded')")).toBe(
        'decoded',
      )
      // Nothing to pause, stop or resume here.
      expect(await page.getByRole('button', { name: /Resume|Pause|Stop/ }).count()).toBe(0)
      expect(await axeFaults(page)).toEqual([])

      await page.getByRole('button', { name: 'Latent space' }).click()
      await page.locator('[data-images]:not([data-images="0"])').waitFor({ timeout: 60_000 })
      const pad = page.getByRole('slider', { name: /Position in the latent space/ })
      const box = (await pad.boundingBox())!
      const images = new Set<string>()
      for (const [i, [x, y]] of [
        [0.1, 0.1],
        [0.9, 0.2],
        [0.5, 0.9],
      ].entries()) {
        await page.mouse.click(box.x + x! * box.width, box.y + y! * box.height)
        await expect
          .poll(() => page.evaluate("Number(document.querySelector('[data-images]').dataset.images)"))
          .toBeGreaterThan(i + 1)
        images.add(
          await page.evaluate('document.querySelector(\'[aria-label^="What the"] canvas\').toDataURL()'),
        )
      }
      expect(images.size).toBe(3)
      expect(await axeFaults(page)).toEqual([])
      expect(requests).toEqual([pathToFileURL(join(folder, 'vae.html')).href])
      expect(complaints).toEqual([])
      await page.context().close()
    })

    it('lets an agent play, shows what it thinks of every step, and gives its place to a person', async () => {
      const stepShown = "Number(document.querySelector('.game')?.dataset.step)"
      const page = await openFile('agent')
      await page.getByRole('button', { name: 'Watch it play' }).click()
      await page
        .getByRole('img', { name: /^Step \d+: the agent chose (left|right); return so far/ })
        .waitFor()
      await until(page, "document.querySelectorAll('meter').length === 4")
      await page.getByLabel('Steps a second').fill('60')
      // Episodes follow each other: the agent has learned nothing, and soon lost one.
      await page.getByRole('row', { name: /^The agent \d+\.\d ± \d+\.\d/ }).waitFor()
      await page.getByRole('button', { name: 'Pause' }).click()
      const slider = page.getByRole('slider', { name: 'Step that is shown' })
      await slider.focus()
      await slider.press('Home')
      expect(await page.evaluate(stepShown)).toBe(0)
      await slider.press('ArrowRight')
      expect(await page.evaluate(stepShown)).toBe(1)
      expect(await page.getByRole('img', { name: /^(left|right), chosen: mean return/ }).count()).toBe(1)
      expect(await page.getByRole('img', { name: /deaths$/ }).getAttribute('aria-label')).toMatch(
        /over \d+ steps, from .* [1-9]\d* deaths/,
      )
      await page
        .getByRole('button', { name: /^step \d+: (left|right)$/ })
        .first()
        .click()
      await page.getByRole('button', { name: 'Take over' }).click()
      await page.getByRole('img', { name: /^Step \d+: you chose/ }).waitFor()
      await page.getByRole('button', { name: 'Give it back' }).click()
      await page.getByRole('button', { name: 'Play a game' }).click()
      await page.keyboard.down('ArrowRight')
      await page.getByRole('row', { name: /^You \d+\.\d \(1 game\)/ }).waitFor()
      // It has played the same seed in the meantime, or does soon.
      await page.getByRole('row', { name: /^The agent, on your seeds \d+\.\d \(1 game\)/ }).waitFor()
      expect(await axeFaults(page)).toEqual([])
      expect(requests.filter((url) => !url.startsWith('file:'))).toEqual([])
      expect(complaints).toEqual([])
      await page.context().close()

      const served = await browser.open(studio, '/runs/agent/play', { viewport: { width: 360, height: 740 } })
      await until(served, `${stepShown} > 2`)
      expect(await served.evaluate('document.documentElement.scrollWidth')).toBe(360)
      expect(browser.complaints).toEqual([])
    })

    it('refuses to reach out even where there is a network', async () => {
      const page = await openFile('classifier', 390)
      await page.context().setOffline(false)
      const reached = await page.evaluate(
        `fetch('http://127.0.0.1:${studio.port}/api/info').then(() => 'reached', () => 'refused')`,
      )
      expect(reached).toBe('refused')
      expect(await page.getByRole('button', { name: 'Latent space' }).count()).toBe(0)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
      await page.context().close()
    })
  })
})
