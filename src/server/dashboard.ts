// A page about a queue of jobs: bull-board, on the loopback address.
import { serve } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { optional } from '../jobs/node/optional.ts'
import { queueBackend } from '../jobs/node/queue-backend.ts'

const PACKAGES = ['@bull-board/api', '@bull-board/hono']
const WHAT = '--dashboard'
/** Hosts of requests that a browser of this machine makes to this page; others come from a site that renames itself. */
const OWN_HOST = /^(127\.0\.0\.1|localhost|\[::1\]):\d+$/

/**
 * Shows a queue: what waits, runs, has ended and failed. It shows and starts again, and asks nobody for a password, so it
 * listens on this machine only.
 *
 * @param port  0 for any that is free
 * @throws UnsupportedError where packages are missing; as `queueBackend` for the queue
 */
export async function openDashboard({
  queue: address,
  port,
}: {
  readonly queue: string
  readonly port: number
}): Promise<{ readonly address: string; close(): Promise<void> }> {
  const { createBullBoard } = await optional(() => import('@bull-board/api'), PACKAGES, WHAT)
  const { BullMQAdapter } = await optional(() => import('@bull-board/api/bullMQAdapter'), PACKAGES, WHAT)
  const { HonoAdapter } = await optional(() => import('@bull-board/hono'), PACKAGES, WHAT)
  const backend = await queueBackend(address)
  const queue = backend.queue()
  queue.on('error', () => {})
  const adapter = new HonoAdapter(serveStatic)
  createBullBoard({ queues: [new BullMQAdapter(queue)], serverAdapter: adapter })
  const app = new Hono()
  app.use(async ({ req, text }, next) => {
    const host = req.header('host') ?? ''
    const origin = req.header('origin')
    const isOwn = OWN_HOST.test(host) && (origin === undefined || origin === `http://${host}`)
    return isOwn ? next() : text('This page is for its own machine only.', 403)
  })
  app.route('/', adapter.registerPlugin())
  const server = await new Promise<ReturnType<typeof serve>>((resolve, reject) => {
    const started = serve({ fetch: app.fetch, hostname: '127.0.0.1', port }, () => resolve(started))
    started.once('error', reject)
  })
  const bound = server.address() as { readonly port: number }
  return {
    address: `http://127.0.0.1:${bound.port}/`,
    async close() {
      await new Promise((resolve) => server.close(resolve))
      await queue.close().catch(() => {})
      await backend.close()
    },
  }
}
