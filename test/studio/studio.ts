// A studio for tests: a folder with small runs, the server, and Debian's Chromium to look at it.
import { existsSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core'
import { vi } from 'vitest'
import { openStudio, type Studio, type StudioOptions } from '../../src/server/index.ts'
import { TOKEN_HEADER } from '../../src/server/protocol.ts'
import type { Reason } from '../support/unless.ts'

/** Where Debian puts Chromium; without its windows (`chromium-headless-shell`) it takes two thirds of the time. */
const INSTALLED = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'] as const
/** The browser of the tests; SPARRING_CHROMIUM names another. */
export const CHROMIUM = process.env.SPARRING_CHROMIUM ?? INSTALLED.find(existsSync) ?? INSTALLED[1]
export const noBrowser: Reason =
  !existsSync(CHROMIUM) && `there is no browser at ${CHROMIUM}; SPARRING_CHROMIUM names another`

export interface TestStudio extends Studio {
  /** The runs folder. */
  readonly folder: string
  /** Address of a view: `/new`, `/runs/first`. */
  url(view?: string): string
  /** A request with the token, to a path of the server. */
  ask(path: string, init?: RequestInit): Promise<Response>
  dispose(): Promise<void>
}

/** @param prepare  fills the runs folder */
export async function testStudio(
  prepare?: (folder: string) => Promise<unknown>,
  options: Pick<StudioOptions, 'openReading' | 'recipes' | 'starts'> = {},
): Promise<TestStudio> {
  const folder = await mkdtemp(join(tmpdir(), 'sparring-studio-'))
  await prepare?.(folder)
  const studio = await openStudio({ runs: folder, port: 0, ...options })
  return {
    ...studio,
    folder,
    url: (view = '/') => `http://127.0.0.1:${studio.port}/#${view}`,
    ask: (path, init = {}) =>
      fetch(`http://127.0.0.1:${studio.port}${path}`, {
        ...init,
        headers: { [TOKEN_HEADER]: studio.token, ...(init.headers as Record<string, string>) },
      }),
    async dispose() {
      await studio.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Copies a prepared run under other names. */
export const copyRun = (folder: string, from: string, to: string): Promise<void> =>
  cp(join(folder, from), join(folder, to), { recursive: true })

/**
 * Waits until an expression holds in a page. The driver asks anew each time: what `waitForFunction` looks at a second
 * time is evaluated by the page itself, whose policy allows no such thing.
 */
export const until = async (page: Page, expression: string): Promise<void> => {
  // A page that is about to become another one answers nothing: not yet.
  await vi.waitUntil(() => page.evaluate(expression).catch(() => false), { timeout: 30_000 })
}

export interface TestBrowser {
  readonly browser: Browser
  /**
   * A page that fails the test at any error on its console, with the token of the studio. It is the page of before, loaded
   * anew, where there is one with these options: a process of the browser costs more than most of what is tested in it.
   */
  open(studio: TestStudio, view: string, options?: BrowserContextOptions): Promise<Page>
  /** What pages wrote to the console as errors or warnings, and failed requests of their own. */
  readonly complaints: string[]
  close(): Promise<void>
}

/** A context of its own for one set of options, with one page. */
interface Place {
  readonly context: BrowserContext
  page: Page
  /** Addresses of the studios whose token it has. */
  readonly admitted: Set<string>
}

/** Files that one process runs after another share its browser, which ends with the process: to start one takes seconds. */
const shared: { browser?: Promise<Browser> } = {}
const sharedBrowser = (): Promise<Browser> => {
  shared.browser ??= chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  })
  return shared.browser
}

export async function testBrowser(): Promise<TestBrowser> {
  const browser = await sharedBrowser()
  const complaints: string[] = []
  const places = new Map<string, Place>()

  async function newPage(context: BrowserContext): Promise<Page> {
    const page = await context.newPage()
    page.on('console', (message) => {
      // Chromium's own note on machines without a graphics device, when a page asks for one.
      if (message.text() === 'No available adapters.') return
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(String(error)))
    return page
  }
  async function placeFor(options: BrowserContextOptions): Promise<Place> {
    const key = JSON.stringify(options)
    const known = places.get(key)
    if (known) return known
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
    context.on('close', () => places.delete(key))
    const place = { context, page: await newPage(context), admitted: new Set<string>() }
    places.set(key, place)
    return place
  }
  /** Pages of before neither ask nor draw any more, and what they say as they are left is nobody's. */
  async function leaveAll(): Promise<void> {
    const said = complaints.length
    for (const { page } of places.values()) {
      if (page.isClosed() || page.url() === 'about:blank') continue
      await page.unrouteAll({ behavior: 'ignoreErrors' })
      await page.goto('about:blank')
    }
    complaints.length = said
  }

  return {
    browser,
    complaints,
    async open(studio, view, options = {}) {
      await leaveAll()
      const place = await placeFor(options)
      if (place.page.isClosed()) place.page = await newPage(place.context)
      const { page, admitted } = place
      if (!admitted.has(studio.address)) {
        await page.goto(studio.address)
        // Kept, for when this page is loaded anew.
        await until(
          page,
          `Object.values(localStorage).includes(${JSON.stringify(studio.token)}) && location.hash === '#/'`,
        )
        admitted.add(studio.address)
      }
      await page.goto(studio.url(view))
      return page
    },
    async close() {
      await Promise.all(browser.contexts().map((context) => context.close()))
    },
  }
}

interface AxeViolation {
  readonly id: string
  readonly impact: string | null
  readonly help: string
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[]
}

/**
 * The serious and critical accessibility faults that axe finds on a page as it is now, one line per element; none is
 * an empty list. The source of axe is evaluated by the browser's driver, because the page's policy allows no scripts
 * from elsewhere.
 */
export async function axeFaults(page: Page): Promise<string[]> {
  const file = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
  await page.evaluate(await readFile(file, 'utf8'))
  const violations = (await page.evaluate(
    "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)",
  )) as readonly AxeViolation[]
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary = '' }) =>
        `${id} at ${target.join(' ')}: ${help}. ${failureSummary}`.replaceAll(/\s+/g, ' '),
      ),
    )
}
