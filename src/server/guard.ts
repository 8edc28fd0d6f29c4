// Who may ask the studio's server: pages it served itself, on this machine, with the token for what changes something.
import { timingSafeEqual } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import { type Refusal, TOKEN_HEADER } from './protocol.ts'

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]']

/** A failure as the pages read it. */
export const refuse = (
  context: Context,
  status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 500 | 503,
  error: string,
) => context.json({ error } satisfies Refusal, status)

const isSame = (given: string, wanted: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/**
 * What pages may load: their own files, WebAssembly, and pictures that they draw themselves. Charts and sliders set
 * styles, so styles are free.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** What goes with every answer; a route may set a policy of its own. */
export const headers: MiddlewareHandler = async (context, next) => {
  await next()
  const set = (name: string, value: string): void => {
    if (!context.res.headers.has(name)) context.res.headers.set(name, value)
  }
  set('content-security-policy', POLICY)
  set('x-content-type-options', 'nosniff')
  set('referrer-policy', 'no-referrer')
  // Threads of WebAssembly need a page that shares its process with no other site.
  set('cross-origin-opener-policy', 'same-origin')
  set('cross-origin-embedder-policy', 'require-corp')
  set('cross-origin-resource-policy', 'same-origin')
  set('cache-control', 'no-store')
}

/**
 * Refuses requests that another site sent, by their Host (a name that was made to point here) and Origin, and changes
 * without the token.
 *
 * @param port  where the server listens; known once it does
 */
export const guard =
  ({ token, port }: { readonly token: string; readonly port: () => number }): MiddlewareHandler =>
  async (context, next) => {
    const hosts = LOOPBACK.map((name) => `${name}:${port()}`)
    const host = context.req.header('host')?.toLowerCase() ?? ''
    if (!hosts.includes(host))
      return refuse(
        context,
        403,
        `the studio answers to http://${hosts[0]}, got the host "${host.slice(0, 100)}"`,
      )
    const origin = context.req.header('origin')
    if (origin !== undefined && origin !== `http://${host}`)
      return refuse(
        context,
        403,
        `the studio answers its own pages only, got the origin "${origin.slice(0, 100)}"`,
      )
    const site = context.req.header('sec-fetch-site')
    if (site !== undefined && !['same-origin', 'none'].includes(site))
      return refuse(
        context,
        403,
        `the studio answers its own pages only, got a request that is ${site.slice(0, 20)}`,
      )
    if (!['GET', 'HEAD'].includes(context.req.method)) {
      const given = context.req.header(TOKEN_HEADER)
      if (given === undefined || !isSame(given, token))
        return refuse(
          context,
          401,
          'this needs the token of the studio: open the address that "sparring studio" printed in the terminal',
        )
    }
    return next()
  }
