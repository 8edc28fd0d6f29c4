// What the studio's pages weigh, and when: the runtime of networks comes only where networks run.
import { readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PAGES } from '../../src/server/pages.ts'
import { trainSmall } from '../support/small-runs.ts'
import { unless } from '../support/unless.ts'
import { copyRun, noBrowser, type TestBrowser, type TestStudio, testBrowser, testStudio } from './studio.ts'

/** Parts of ONNX Runtime: its loader and its WebAssembly. */
const RUNTIME = /ort[.-]|\.wasm$/

/** The worker that holds a library which one choice in one view asks for. */
const UMAP = /umap-worker/

describe("the pages' own script", () => {
  const assets = join(PAGES, 'assets')
  const all = readdirSync(assets).filter((name) => name.endsWith('.js') && !RUNTIME.test(name))
  const scripts = all.filter((name) => !UMAP.test(name))
  const weightOf = (names: readonly string[]): number =>
    names.reduce((sum, name) => sum + gzipSync(readFileSync(join(assets, name))).length, 0)

  it('is less than 70 kB, compressed, before a view is opened, and 420 kB with all views', () => {
    const page = readFileSync(join(PAGES, 'index.html'), 'utf8')
    const first = scripts.filter((name) => page.includes(`/assets/${name}`))
    expect(first.length).toBeGreaterThan(3)
    expect(first.length).toBeLessThan(scripts.length)
    expect(weightOf(first)).toBeLessThan(70_000)
    expect(weightOf(scripts)).toBeLessThan(420_000)
  })

  it('leaves UMAP to a worker of less than 30 kB', () => {
    const workers = all.filter((name) => UMAP.test(name))
    expect(workers.length).toBe(1)
    expect(weightOf(workers)).toBeLessThan(30_000)
    for (const name of scripts)
      expect(readFileSync(join(assets, name), 'latin1'), name).not.toContain('setPrecomputedKNN')
  })

  it('has no schemas inside: what pages get was checked by the server', () => {
    for (const name of scripts)
      expect(readFileSync(join(assets, name), 'latin1'), name).not.toContain('ZodError')
  })

  it('has no WebAssembly inside', () => {
    for (const name of scripts) expect(readFileSync(join(assets, name), 'latin1')).not.toContain('AGFzbQ')
  })
})

unless(noBrowser).describe('a page', () => {
  let studio: TestStudio
  let browser: TestBrowser
  beforeAll(async () => {
    studio = await testStudio(async (folder) => {
      await trainSmall(folder, [{ model: 'mlp-gan', name: 'run-50' }])
      // One of them is opened; pages ask for no checkpoint of the others.
      await copyRun(folder, 'run-50', 'run-01')
      await rm(join(folder, 'run-01/checkpoints'), { recursive: true })
      for (let i = 2; i < 50; i++) await copyRun(folder, 'run-01', `run-${String(i).padStart(2, '0')}`)
    })
    browser = await testBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await studio?.dispose()
  })

  it('of runs loads no runtime, one of a latent space does', async () => {
    const page = await browser.open(studio, '/')
    const loaded: string[] = []
    page.on('request', (request) => loaded.push(new URL(request.url()).pathname))
    await page.reload()
    await page.getByRole('link', { name: 'run-50' }).waitFor()
    await page.goto(studio.url('/runs/run-50'))
    await page.getByRole('link', { name: 'Latent space' }).waitFor()
    await page.waitForLoadState('networkidle').catch(() => {})
    expect(loaded.length).toBeGreaterThan(3)
    expect(loaded.filter((path) => RUNTIME.test(path) || UMAP.test(path))).toEqual([])
    const wasm = page.waitForRequest((request) => request.url().endsWith('.wasm'))
    await page.getByRole('link', { name: 'Latent space' }).click()
    await wasm
  })

  it('lists fifty runs', async () => {
    const page = await browser.open(studio, '/')
    await page.getByRole('link', { name: 'run-50' }).waitFor()
    expect(await page.getByRole('link', { name: /^run-\d\d$/ }).count()).toBe(50)
    expect(browser.complaints).toEqual([])
  })
})
