// Who may ask the studio's server: pages it served itself, on this machine, for somebody who has its token.
import type { Context, MiddlewareHandler } from 'hono'
import { getCookie } from 'hono/cookie'
import { type Refusal, TOKEN_HEADER } from './protocol.ts'
import { cookieName, isSame, readingKey } from './tokens.ts'

/** Names of the studio itself; files of runs are shown under another (documents.ts). */
const STUDIO_HOSTS = ['127.0.0.1', '[::1]']

/** A failure as the pages read it. */
export const refuse = (
  context: Context,
  status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 500 | 503,
  error: string,
) => context.json({ error } satisfies Refusal, status)

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

/**
 * What goes with every answer, whatever made it. The policy follows from the address alone, so that no answer goes
 * without: not one that only says "still the same" (304), no failure, none to HEAD.
 *
 * @param policyOf  the policy of a request's address where it is not that of the studio's own pages
 */
export const headers =
  (policyOf: (context: Context) => string | undefined): MiddlewareHandler =>
  async (context, next) => {
    await next()
    const set = (name: string, value: string): void => {
      if (!context.res.headers.has(name)) context.res.headers.set(name, value)
    }
    context.res.headers.set('content-security-policy', policyOf(context) ?? POLICY)
    set('x-content-type-options', 'nosniff')
    set('referrer-policy', 'no-referrer')
    // Threads of WebAssembly need a page that shares its process with no other site.
    set('cross-origin-opener-policy', 'same-origin')
    set('cross-origin-embedder-policy', 'require-corp')
    set('cross-origin-resource-policy', 'same-origin')
    set('cache-control', 'no-store')
  }

export interface GuardOptions {
  readonly token: string
  /** Where the server listens; known once it does. */
  readonly port: () => number
  /** Whether runs may be read without the token. */
  readonly openReading: boolean
}

const NEEDS_TOKEN =
  'this needs the token of the studio: open the address that "sparring studio" printed in the terminal. It is another one each time the studio starts'

/** Whether somebody opens the page by a link, e.g. from the file that the command opened. It holds nothing by itself. */
const opensPage = ({ req }: Context): boolean =>
  req.method === 'GET' &&
  req.path === '/' &&
  req.header('sec-fetch-mode') === 'navigate' &&
  req.header('sec-fetch-dest') === 'document'

/**
 * Refuses requests that another site sent, by their Host (a name that was made to point here) and Origin, and those
 * without the token. The token itself, in a header, allows everything; the cookie that is made from it allows
 * reading, for what carries no headers of ours: pictures, news and downloads. The studio's own pages and their code,
 * the same for everybody, need neither.
 */
export const guard = ({ token, port, openReading }: GuardOptions): MiddlewareHandler => {
  const reading = readingKey(token)
  return async (context, next) => {
    const hosts = STUDIO_HOSTS.map((name) => `${name}:${port()}`)
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
    if (site !== undefined && !['same-origin', 'none'].includes(site) && !opensPage(context))
      return refuse(
        context,
        403,
        `the studio answers its own pages only, got a request that is ${site.slice(0, 20)}`,
      )
    const { method, path } = context.req
    if (isSame(context.req.header(TOKEN_HEADER) ?? '', token)) return next()
    if (!['GET', 'HEAD'].includes(method)) return refuse(context, 401, NEEDS_TOKEN)
    const isPrivate = path.startsWith('/api/') || path.startsWith('/files/')
    if (isPrivate && !openReading && !isSame(getCookie(context, cookieName(port())) ?? '', reading))
      return refuse(context, 401, NEEDS_TOKEN)
    return next()
  }
}
