// Reading runs: the list, everything about one, its news, its files and networks.
import { Hono } from 'hono'
import { etag } from 'hono/etag'
import { streamSSE } from 'hono/streaming'
import { getMimeType } from 'hono/utils/mime'
import { networkBytes } from '../../lifecycle/networks.ts'
import { parseCursor, type RunListing } from '../../runs/node/index.ts'
import { ConfigError } from '../../util/errors.ts'
import type { StudioContext } from '../context.ts'
import { isDocument } from '../documents.ts'
import { asDownload } from '../download.ts'
import { type Feed, runFeed } from '../feed.ts'
import { lastName, offeredPath, readOffered } from '../open-run.ts'
import type { RunCard, RunList } from '../protocol.ts'
import { snapshotOf } from '../snapshot.ts'

/** Pages that may listen at a time. */
const MOST_LISTENERS = 2000
/** What a browser asks for when it would show an answer as a page. */
const SHOWN = new Set(['document', 'iframe', 'frame', 'embed', 'object'])
/** Milliseconds between two signs of life. */
const ALIVE = 15_000

async function cardOf(run: RunListing, failure: string | undefined): Promise<RunCard> {
  if ('problem' in run) return { name: run.name, state: 'unreadable', message: run.problem }
  const { status } = run
  const { recipe, config } = run.run
  const { data, ...subject } = recipe.subject(config)
  const sheet = (await run.run.listSamples()).findLast(({ kind }) => kind === 'fixed')?.file
  const message = (status.state === 'stopped' ? failure : undefined) ?? status.message
  return {
    name: run.name,
    state: status.state,
    ...(message ? { message } : {}),
    recipe: recipe.name,
    ...subject,
    data: lastName(data),
    done: status.step + 1,
    createdAt: config.createdAt,
    ...(sheet ? { sheet } : {}),
  }
}

export function runRoutes(studio: StudioContext): Hono {
  const feeds = new Map<string, Feed>()
  let listeners = 0
  const app = new Hono()

  const list = async (): Promise<RunList> => {
    const found = await studio.runs()
    const runs = await Promise.all(found.map((run) => cardOf(run, studio.launched.failure(run.name))))
    const beginning = studio.launched.beginnings(new Set(found.map(({ name }) => name))).map(
      ({ name, model, data, startedAt, failure }): RunCard => ({
        name,
        state: failure === undefined ? 'preparing' : 'failed',
        ...(failure === undefined ? {} : { message: failure }),
        model,
        ...(data === undefined ? {} : { data }),
        createdAt: startedAt,
      }),
    )
    return { runs: [...beginning, ...runs] }
  }
  /** Many pages ask at once: the folders are read once a second at most. */
  let latest: { readonly list: Promise<RunList>; readonly at: number } | undefined
  app.get('/api/runs', async (context) => {
    if (!latest || performance.now() - latest.at > 1000) latest = { list: list(), at: performance.now() }
    return context.json(await latest.list)
  })

  app.get('/api/runs/:name', async (context) => {
    const name = context.req.param('name')
    return context.json(await snapshotOf(name, await studio.open(name)))
  })

  app.get('/api/runs/:name/events', async (context) => {
    const run = await studio.open(context.req.param('name'))
    const from = context.req.header('last-event-id') ?? context.req.query('from') ?? ''
    if (parseCursor(from, run.logs) === undefined)
      throw new ConfigError('"from" must be a cursor: that of a run or the id of an event')
    if (listeners >= MOST_LISTENERS)
      return context.json({ error: `${MOST_LISTENERS} pages listen already; close some of them` }, 503)
    const feed = feeds.get(run.folder) ?? runFeed(run)
    feeds.set(run.folder, feed)
    listeners++
    return streamSSE(context, async (stream) => {
      let alive: NodeJS.Timeout | undefined
      const ended = new Promise<void>((resolve) => stream.onAbort(resolve))
      const stop = feed.follow({ send: (message) => stream.writeSSE(message) }, from)
      try {
        await stream.writeSSE({ event: 'hello', data: '{}' })
        alive = setInterval(() => void stream.write(': alive\n\n').catch(() => {}), ALIVE)
        await ended
      } finally {
        clearInterval(alive)
        stop()
        listeners--
        if (feed.listeners === 0) feeds.delete(run.folder)
      }
    })
  })

  app.get('/api/runs/:name/networks/:network{[a-z][a-z0-9-]*\\.onnx}', async (context) => {
    const run = await studio.training(context.req.param('name'))
    const name = context.req.param('network').replace(/\.onnx$/, '')
    return context.body(await networkBytes(run, name), 200, { 'content-type': 'application/octet-stream' })
  })

  app.use('/files/*', etag())
  app.get('/files/:name/:file{.+}', async (context) => {
    const { name, file } = context.req.param()
    const isDownload = context.req.query('download') !== undefined
    const run = await studio.open(name)
    // A page of a run, or a drawing, may come from anybody: it is shown under another name. Pages here show drawings
    // as pictures, in which nothing runs.
    const isShown = file.endsWith('.html') || SHOWN.has(context.req.header('sec-fetch-dest') ?? '')
    if (isDocument(file) && isShown && !isDownload) {
      await offeredPath(run, file)
      return context.redirect(studio.documentAddress(name, file))
    }
    return context.body(await readOffered(run, file), 200, {
      'content-type':
        getMimeType(file) ??
        (file.endsWith('.jsonl') ? 'text/plain; charset=utf-8' : 'application/octet-stream'),
      // Everything may be made anew, also the samples of a step when a run was taken back: asked again, by its hash.
      'cache-control': 'no-cache',
      ...(isDownload || isDocument(file) ? asDownload(file.split('/').at(-1)!) : {}),
    })
  })

  return app
}
