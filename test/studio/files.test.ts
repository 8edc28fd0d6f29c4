// Taking a run away, in a real browser: what is downloaded is what it says.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Download, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
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

async function download(page: Page, click: () => Promise<void>): Promise<{ name: string; bytes: Buffer }> {
  const waiting: Promise<Download> = page.waitForEvent('download')
  await click()
  const found = await waiting
  return { name: found.suggestedFilename(), bytes: await readFile((await found.path())!) }
}

unless(noBrowser).describe('taking a run away', () => {
  let studio: TestStudio
  let browser: TestBrowser
  let engine: Engine
  beforeAll(async () => {
    studio = await testStudio(async (folder) => {
      await trainSmall(folder, [{ model: 'vae', name: 'coder' }])
      await copyRun(folder, 'coder', 'unfinished')
      const status = join(folder, 'unfinished/status.json')
      await writeFile(
        status,
        JSON.stringify({ ...JSON.parse(await readFile(status, 'utf8')), state: 'stopped', step: 20 }),
      )
    })
    browser = await testBrowser()
    engine = await nodeEngine({ threads: 1 })
  }, 300_000)
  afterAll(async () => {
    await engine?.close()
    await browser?.close()
    await studio?.dispose()
  })

  it('gives networks that load and run', async () => {
    const page = await browser.open(studio, '/runs/coder/files')
    const { name, bytes } = await download(page, () =>
      page.getByRole('link', { name: 'Download decoder.onnx' }).click(),
    )
    expect(name).toBe('coder-decoder.onnx')
    const model = await engine.load(new Uint8Array(bytes))
    const made = await model.run({ z: { data: new Float32Array(6), shape: [3, 2] } })
    expect(made.images!.shape).toEqual([3, 28, 28, 1])
    await model.close()
    await page.getByText('Of step 23, the last.').waitFor()
    expect(browser.complaints).toEqual([])
  })

  it('gives those of the newest checkpoint of a run that is not finished, and says so', async () => {
    const page = await browser.open(studio, '/runs/unfinished/files')
    await page.getByText('These are of step 23').waitFor()
    const link = page.getByRole('link', { name: 'Download encoder.onnx' })
    expect(await link.getAttribute('href')).toBe('/api/runs/unfinished/networks/encoder.onnx')
    const { name, bytes } = await download(page, () => link.click())
    expect(name).toBe('unfinished-encoder.onnx')
    const model = await engine.load(new Uint8Array(bytes))
    expect(model.inputNames).toEqual(['images'])
    await model.close()
  })

  it('gives tables with a line per step, and records as they are', async () => {
    const page = await browser.open(studio, '/runs/coder/files')
    const table = await download(page, () => page.getByRole('link', { name: 'metrics.csv' }).click())
    expect(table.name).toBe('coder-metrics.csv')
    const lines = table.bytes.toString('utf8').trimEnd().split('\r\n')
    expect(lines.length).toBe(1 + 24)
    expect(lines[0]).toBe('step,loss,reconstruction,divergence,active')
    const record = await download(page, () => page.getByRole('link', { name: 'config.json' }).click())
    expect(record.bytes.equals(await readFile(join(studio.folder, 'coder/config.json')))).toBe(true)
  })

  it('gives sheets of samples, enlarged by whole pixels', async () => {
    const page = await browser.open(studio, '/runs/coder/files')
    await page.getByRole('img', { name: 'Samples at step 23' }).waitFor()
    await page.getByRole('combobox', { name: /^Step/ }).selectOption({ label: '16' })
    await page.getByRole('img', { name: 'Samples at step 16' }).waitFor()
    await page.getByRole('combobox', { name: /^Size/ }).selectOption({ label: '2 times' })
    const { name, bytes } = await download(page, () =>
      page.getByRole('button', { name: 'Download PNG' }).click(),
    )
    expect(name).toBe('coder-step-000016-x2.png')
    const read = async (file: Buffer | string) =>
      sharp(file).toColourspace('b-w').extractChannel(0).raw().toBuffer({ resolveWithObject: true })
    const before = await read(join(studio.folder, 'coder/samples/step-000016.png'))
    const after = await read(bytes)
    expect([after.info.width, after.info.height]).toEqual([2 * before.info.width, 2 * before.info.height])
    const { width } = before.info
    const wrong = before.data.findIndex((value, i) => {
      const [x, y] = [i % width, Math.floor(i / width)]
      return [0, 1].some((dy) =>
        [0, 1].some((dx) => after.data[(2 * y + dy) * 2 * width + 2 * x + dx] !== value),
      )
    })
    expect(wrong).toBe(-1)
  })

  it('shows figures and gives them as SVG and PNG; the report opens by itself', async () => {
    const page = await browser.open(studio, '/runs/coder/files')
    const figure = page.getByRole('listitem').filter({ hasText: 'Learning curves' })
    const shown = figure.getByRole('img')
    await shown.scrollIntoViewIfNeeded()
    await expect
      .poll(() => shown.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth))
      .toBeGreaterThan(0)
    const svg = await download(page, () => figure.getByRole('link', { name: 'SVG' }).click())
    expect(svg.bytes.toString('utf8')).toMatch(/^<svg/)
    const [report] = await Promise.all([
      page.context().waitForEvent('page'),
      page.getByRole('link', { name: 'Open the report' }).click(),
    ])
    await report.getByRole('heading', { level: 1 }).waitFor()
    // Apart from the studio: it may not reach what the studio keeps.
    expect(await report.evaluate('origin')).toBe('null')
    expect(await page.getByRole('link', { name: 'Download the page' }).getAttribute('href')).toBe(
      '/api/runs/coder/export.html',
    )
  })

  it('gives programs and the command to copy', async () => {
    const page = await browser.open(studio, '/runs/coder/files', {
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    const pasted = () => page.evaluate('navigator.clipboard.readText()')
    await page.getByRole('button', { name: 'Copy the command' }).click()
    await page.getByText('Copied.').waitFor()
    expect(await pasted()).toBe('sparring train vae')
    const decoder = page.getByRole('article').filter({ hasText: 'decoder.onnx' })
    await decoder.getByText('How to run it').click()
    await decoder.getByRole('button', { name: 'JavaScript' }).click()
    await decoder.getByRole('button', { name: 'Copy' }).click()
    await expect.poll(pasted).toContain('InferenceSession.create("./coder-decoder.onnx")')
  })

  it.each([
    ['wide and light', { viewport: { width: 1280, height: 900 }, colorScheme: 'light' }],
    ['narrow and dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }],
  ] as const)('has no serious accessibility fault, %s, and nothing stands over', async (_, options) => {
    const page = await browser.open(studio, '/runs/coder/files', options)
    await page.getByRole('heading', { name: 'Figures' }).waitFor()
    for (const summary of await page.getByText('How to run it').all()) await summary.click()
    expect(await axeFaults(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    expect(browser.complaints).toEqual([])
  })
})
