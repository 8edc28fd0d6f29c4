// Files of a run from a stranger, in a real browser: whatever they try, they get nothing of the studio.
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { trainSmall } from '../support/small-runs.ts'
import { unless } from '../support/unless.ts'
import { copyRun, noBrowser, type TestBrowser, type TestStudio, testBrowser, testStudio } from './studio.ts'

/**
 * What the stranger's script does: looks for the token, reads the run list, takes news, and pauses a run, at the
 * studio's address and at its own. What succeeded goes into `document.title`, and to whoever framed the page.
 */
const attack = (studio: string): string => `
(async () => {
  const got = []
  const work = []
  const attempt = (name, what) => {
    const trial = async () => {
      const value = await what()
      if (value) got.push(name + ': ' + String(value).slice(0, 60))
    }
    work.push(trial().catch(() => {}))
  }
  const timed = (start) => new Promise((done) => { setTimeout(() => done(''), 400); start(done) })
  attempt('local storage', () => Object.values(localStorage).join())
  attempt('session storage', () => Object.values(sessionStorage).join())
  attempt('cookies', () => document.cookie)
  attempt('databases', async () => (await indexedDB.databases()).length)
  attempt('caches', async () => (await caches.keys()).length)
  attempt('opener', () => opener.document.title)
  attempt('parent', () => parent !== window && parent.document.title)
  for (const at of ['', '${studio}']) {
    for (const credentials of ['same-origin', 'include'])
      attempt(at + ' list ' + credentials, async () =>
        (await (await fetch(at + '/api/runs', { credentials })).text()).includes('"runs"'))
    attempt(at + ' page', async () => (await fetch(at + '/')).ok)
    attempt(at + ' file', async () => (await fetch(at + '/files/genuine/config.json')).ok)
    attempt(at + ' request', () => {
      const request = new XMLHttpRequest()
      request.open('GET', at + '/api/runs', false)
      request.send()
      return request.responseText.includes('"runs"')
    })
    for (const path of ['/api/runs/genuine/control', '/api/session'])
      attempt(at + ' POST ' + path, async () =>
        (await fetch(at + path, { method: 'POST', credentials: 'include', body: '{"command":"pause"}' })).ok)
    attempt(at + ' blind POST', async () => {
      await fetch(at + '/api/runs/genuine/control', { method: 'POST', mode: 'no-cors', body: '{"command":"pause"}' })
      return ''
    })
    attempt(at + ' news', () => timed((done) => {
      new EventSource(at + '/api/runs/genuine/events?from=0').onopen = () => done('open')
    }))
    attempt(at + ' picture', () => timed((done) => {
      const image = new Image()
      image.onload = () => done('loaded')
      image.src = at + '/files/genuine/samples/step-000016.png'
    }))
    attempt(at + ' frame', () => timed((done) => {
      const frame = document.createElement('iframe')
      frame.onload = () => { try { done(frame.contentDocument.querySelector('#app') ? 'entered' : '') } catch { done('') } }
      frame.src = at + '/'
      document.documentElement.append(frame)
    }))
    attempt(at + ' window', async () => {
      const opened = open(at + '/')
      await new Promise((done) => setTimeout(done, 600))
      return opened.document.querySelector('#app') ? 'entered' : Object.values(opened.localStorage).join()
    })
    attempt(at + ' form', () => {
      const form = document.createElement('form')
      const frame = document.createElement('iframe')
      frame.name = 'form' + at
      Object.assign(form, { method: 'POST', action: at + '/api/runs/genuine/control', target: frame.name })
      document.documentElement.append(frame, form)
      form.submit()
    })
  }
  await Promise.all(work)
  const found = origin + ' got ' + JSON.stringify(got)
  document.title = found
  document.documentElement.setAttribute('data-found', found)
  if (parent !== window) parent.postMessage(found, '*')
})()`

const NOTHING = 'null got []'

unless(noBrowser).describe('files of a stranger', () => {
  let studio: TestStudio
  let browser: TestBrowser
  let context: BrowserContext
  beforeAll(async () => {
    studio = await testStudio(async (folder) => {
      await trainSmall(folder, [{ model: 'vae', name: 'genuine' }])
      await copyRun(folder, 'genuine', 'evil')
    })
    const script = attack(`http://127.0.0.1:${studio.port}`)
    await writeFile(
      join(studio.folder, 'evil/report.html'),
      `<!doctype html><title>report</title><h1>Report</h1><script>${script}</script>`,
    )
    await mkdir(join(studio.folder, 'evil/figures'), { recursive: true })
    await writeFile(
      join(studio.folder, 'evil/figures/drawing.svg'),
      `<svg xmlns="http://www.w3.org/2000/svg"><circle r="9"/><script><![CDATA[${script}]]></script></svg>`,
    )
    browser = await testBrowser()
    // The person has the studio open, with its token: everything below is in the same browser.
    context = (await browser.open(studio, '/')).context()
  }, 300_000)
  afterAll(async () => {
    await browser?.close()
    await studio?.dispose()
  })

  const report = (run: string): string => `http://127.0.0.1:${studio.port}/files/${run}/report.html`
  /** What the attack says that it got; waits until it has ended. */
  const found = async (page: Page): Promise<string> => {
    await page.waitForSelector('[data-found]', { state: 'attached', timeout: 20_000 })
    return (await page.locator('html').getAttribute('data-found'))!
  }
  const nothingHappened = (): void => {
    for (const run of ['genuine', 'evil'])
      expect(existsSync(join(studio.folder, run, 'control.jsonl'))).toBe(false)
  }

  it('a report gets nothing: opened, loaded again, gone back to and forward to', async () => {
    const page = await context.newPage()
    await page.goto(report('evil'))
    expect(await found(page)).toBe(NOTHING)
    for (const again of [
      () => page.reload(),
      () => page.goto(report('evil')),
      () => page.goto(`http://127.0.0.1:${studio.port}/`),
      () => page.goBack(),
      () => page.goForward(),
      () => page.goBack(),
      () => page.reload(),
    ]) {
      await again()
      if (page.url().includes('report.html')) expect(await found(page)).toBe(NOTHING)
      else await page.getByRole('link', { name: 'genuine' }).waitFor()
    }
    nothingHappened()
    await page.close()
  }, 120_000)

  it('a report gets nothing even where no policy and no sandbox holds it', async () => {
    const page = await context.newPage()
    await page.route('**/report.html*', async (route) => {
      const answer = await route.fetch()
      const { 'content-security-policy': _, ...headers } = answer.headers()
      await route.fulfill({ response: answer, headers })
    })
    // Playwright alters no answer after a redirection: the test goes where that leads.
    const { headers } = await studio.ask('/files/evil/report.html', { redirect: 'manual' })
    const address = headers.get('location')!
    for (const again of [() => page.goto(address), () => page.reload()]) {
      await again()
      // It runs in an origin of its own, in which there is nothing, and which the studio does not answer.
      expect(await found(page)).toBe(`http://localhost:${studio.port} got []`)
    }
    nothingHappened()
    await page.close()
  }, 120_000)

  it('a report that a page of the studio would frame does not run', async () => {
    const page = await browser.open(studio, '/')
    const told = await page.evaluate(`new Promise((resolve) => {
      addEventListener('message', ({ data }) => resolve(String(data)))
      const frame = document.createElement('iframe')
      frame.src = '${report('evil')}'
      document.body.append(frame)
      setTimeout(() => resolve('nothing'), 3000)
    })`)
    expect(told).toBe('nothing')
    expect(page.frames().map((frame) => frame.url())).not.toContain(report('evil'))
    // That frames are refused stands on the console.
    expect(browser.complaints.splice(0).join()).toMatch(/frame/)
  })

  it('a drawing does not run, as a page, loaded again, or in a page of the studio', async () => {
    const drawing = `http://127.0.0.1:${studio.port}/files/evil/figures/drawing.svg`
    const page = await context.newPage()
    for (const again of [
      () => page.goto(drawing),
      () => page.reload(),
      () => page.goto('about:blank'),
      () => page.goBack(),
    ]) {
      await again()
      await page.waitForTimeout(300)
      expect(await page.locator('[data-found]').count()).toBe(0)
    }
    expect(new URL(page.url()).hostname).toBe('localhost')
    await page.close()
    const files = await browser.open(studio, '/runs/evil/files')
    const shown = files.locator('img[src$="drawing.svg"]')
    await shown.scrollIntoViewIfNeeded()
    await expect
      .poll(() => shown.evaluate((image: { naturalWidth: number }) => image.naturalWidth))
      .toBeGreaterThan(0)
    expect(await files.title()).not.toContain('got')
    nothingHappened()
    expect(browser.complaints).toEqual([])
  })

  it('a genuine report works, also the second time, and its script too', async () => {
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    const works = async (): Promise<void> => {
      await page.getByRole('heading', { level: 1 }).waitFor()
      // The player is hidden until the script has run.
      await page.getByRole('slider', { name: 'Sampling step' }).focus()
      for (const [key, step] of [
        ['Home', 'Step 0'],
        ['End', 'Step 23'],
      ] as const) {
        await page.keyboard.press(key)
        await page.locator('output', { hasText: step }).waitFor()
      }
    }
    await page.goto(report('genuine'))
    await works()
    await page.reload()
    await works()
    await page.goto('about:blank')
    await page.goBack()
    await works()
    expect(complaints).toEqual([])
    await page.close()
  })
})
