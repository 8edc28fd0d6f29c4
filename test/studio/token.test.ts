// Who may look at the studio, in a real browser: how its token comes, where it goes, and what those see who have none.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openStudio } from '../../src/server/index.ts'
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

unless(noBrowser).describe('the token of the studio', () => {
  let studio: TestStudio
  let browser: TestBrowser
  beforeAll(async () => {
    studio = await testStudio((folder) => trainSmall(folder, [{ model: 'vae', name: 'coder' }]))
    browser = await testBrowser()
  }, 300_000)
  afterAll(async () => {
    await browser?.close()
    await studio?.dispose()
  })

  const newPage = async (): Promise<Page> => (await browser.browser.newContext()).newPage()
  const isOpen = (page: Page) => page.getByRole('link', { name: 'coder' }).waitFor()
  const isLocked = (page: Page) => page.getByRole('heading', { name: 'This page has no token' }).waitFor()

  it('goes into a header and nowhere else: no address, history, cookie or referrer has it', async () => {
    const context = await browser.browser.newContext()
    const page = await context.newPage()
    const withToken: string[] = []
    const sent: string[] = []
    page.on('request', async (request) => {
      if (request.url().includes(studio.token)) withToken.push(request.url())
      // Requests that end with their page have sent nothing.
      const headers = await request.allHeaders().catch(() => ({}) as Record<string, string>)
      for (const [name, value] of Object.entries(headers))
        if (value.includes(studio.token) || name === 'referer') sent.push(`${name} ${request.url()}`)
    })
    await page.goto(studio.address)
    await isOpen(page)
    await page.getByRole('link', { name: 'coder' }).click()
    await page
      .getByRole('img', { name: /Samples|Reconstruction/ })
      .first()
      .waitFor()
    await page.goto(studio.url('/runs/coder/files'))
    const [report] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('link', { name: 'Open the report' }).click(),
    ])
    await report.getByRole('heading', { level: 1 }).waitFor()
    expect(await report.evaluate('document.referrer')).toBe('')
    expect(report.url()).not.toContain(studio.token)
    expect(page.url()).not.toContain(studio.token)
    expect(await page.evaluate('document.cookie')).toBe('')
    // The browser's own note of the navigation; the part after # is not sent.
    expect(withToken.filter((url) => url !== studio.address)).toEqual([])
    expect(sent).toEqual([`x-sparring-token http://127.0.0.1:${studio.port}/api/session`])
    const cookies = await context.cookies()
    expect(cookies).toEqual([
      expect.objectContaining({
        name: `sparring-${studio.port}`,
        httpOnly: true,
        sameSite: 'Strict',
        domain: '127.0.0.1',
      }),
    ])
    expect(cookies[0]!.value).not.toContain(studio.token)
    await page.goBack()
    expect(page.url()).not.toContain(studio.token)
    await context.close()
  })

  it('opens the studio from a file that leads there, and on its other name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sparring-file-'))
    const file = join(folder, 'studio.html')
    await writeFile(file, `<meta http-equiv="refresh" content="0;url=${studio.address}">`)
    const page = await newPage()
    await page.goto(pathToFileURL(file).href)
    await isOpen(page)
    const other = await newPage()
    await other.goto(studio.address.replace('127.0.0.1', 'localhost'))
    await isOpen(other)
    expect(new URL(other.url()).hostname).toBe('127.0.0.1')
    await Promise.all([page, other].map((opened) => opened.context().close()))
    await rm(folder, { recursive: true })
  })

  it('is asked for with what to do, and taken in the same tab', async () => {
    const page = await newPage()
    await page.goto(studio.url('/runs/coder'))
    await isLocked(page)
    await page.getByText('Copy that whole address into this browser').waitFor()
    expect(await page.getByText('coder').count()).toBe(0)
    await page.goto(`http://127.0.0.1:${studio.port}/#token=wrong`)
    await until(page, "!location.hash.startsWith('#token')")
    await isLocked(page)
    await page.goto(studio.address)
    await isOpen(page)
    // A wrong one, e.g. of an old bookmark, takes nothing away.
    await page.goto(`http://127.0.0.1:${studio.port}/#token=wrong`)
    await until(page, "!location.hash.startsWith('#token')")
    await isOpen(page)
    await page.reload()
    await isOpen(page)
    const second = await page.context().newPage()
    await second.goto(studio.url('/runs/coder'))
    await second.getByRole('heading', { name: 'coder', level: 1 }).waitFor()
    await page.context().close()
  })

  it.each([
    ['wide and light', { viewport: { width: 1280, height: 900 }, colorScheme: 'light' }],
    ['narrow and dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }],
  ] as const)('is asked for without a fault of accessibility, %s', async (_, options) => {
    const page = await (await browser.browser.newContext(options)).newPage()
    await page.goto(studio.url('/'))
    await isLocked(page)
    expect(await axeFaults(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    await page.context().close()
  })

  it('is another one after the studio was started anew: pages say so, and go on with the new address', async () => {
    const first = await openStudio({ runs: studio.folder, port: 0 })
    const page = await newPage()
    await page.goto(first.address)
    await isOpen(page)
    const live = await page.context().newPage()
    // Of a page that has not read its run yet, news cannot break off.
    const following = live.waitForResponse((response) => response.url().includes('/runs/coder/events'))
    await live.goto(`http://127.0.0.1:${first.port}/#/runs/coder`)
    await following
    await live.getByRole('heading', { name: 'coder', level: 1 }).waitFor()
    await first.close()
    const second = await openStudio({ runs: studio.folder, port: first.port })
    // One is loaded again, the other finds out by itself.
    await page.reload()
    await isLocked(page)
    await isLocked(live)
    await page.goto(second.address)
    await isOpen(page)
    // The other tab hears of it.
    await live.getByRole('heading', { name: 'coder', level: 1 }).waitFor()
    await page.context().close()
    await second.close()
  })

  it('of one studio leaves another alone in the same browser', async () => {
    const other = await openStudio({ runs: studio.folder, port: 0 })
    const page = await newPage()
    for (const address of [studio.address, other.address]) {
      await page.goto(address)
      await isOpen(page)
    }
    for (const { port } of [studio, other]) {
      await page.goto(`http://127.0.0.1:${port}/#/runs/coder`)
      await page.getByRole('heading', { name: 'coder', level: 1 }).waitFor()
    }
    await page.context().close()
    await other.close()
  })
})
