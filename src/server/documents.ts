// Pages and drawings of runs, which may come from anybody: shown under a name of their own, another origin than the studio's.
import { Hono } from 'hono'
import { getMimeType } from 'hono/utils/mime'
import type { StudioContext } from './context.ts'
import { refuse } from './guard.ts'
import { readOffered } from './open-run.ts'
import { documentKey, isSame } from './tokens.ts'

/**
 * The name under which documents are shown. To a browser it is another site than 127.0.0.1, on the same port: no
 * cookie, storage or script of the one reaches the other, whatever headers an answer carries.
 */
export const DOCUMENTS_HOST = 'localhost'

/** Files that a browser would run as pages. */
export const isDocument = (file: string): boolean => /\.(html|svg)$/.test(file)

const INSIDE = ["default-src 'none'", "style-src 'unsafe-inline'", 'img-src data:']
const ALONE = ["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]

/** The policy of files of runs at the studio's own name, and of drawings: nothing in them runs. */
export const FILE_POLICY = ['sandbox', ...INSIDE, ...ALONE].join('; ')

/** The policy of pages of runs: under their own name, too, they are in a sandbox, where a report's own script runs. */
const PAGE_POLICY = ['sandbox allow-scripts', ...INSIDE, "script-src 'unsafe-inline'", ...ALONE].join('; ')

/** The policy of what the documents' name answers. */
export const documentPolicy = (path: string): string => (path.endsWith('.html') ? PAGE_POLICY : FILE_POLICY)

export interface DocumentsOptions {
  readonly token: string
  readonly port: () => number
}

/** Where a document of a run is shown: an address that nobody guesses, for this file only. */
export const documentAddress = (run: string, file: string, { token, port }: DocumentsOptions): string =>
  `http://${DOCUMENTS_HOST}:${port()}/documents/${documentKey(token, run, file)}/${encodeURIComponent(run)}/${file}`

/** Answers everything that is asked of the documents' name: documents, and the way to the studio. */
export function documents(studio: StudioContext, options: DocumentsOptions): Hono {
  const app = new Hono()
  const studioAt = (): string => `http://127.0.0.1:${options.port()}`
  app.get('/documents/:key/:run/:file{.+}', async (context) => {
    const { key, run, file } = context.req.param()
    if (!isDocument(file) || !isSame(key, documentKey(options.token, run, file)))
      return refuse(
        context,
        403,
        'this address is of a studio that has ended: open the document from the studio that runs now',
      )
    // Only as a page by itself: not from inside another document.
    if ((context.req.header('sec-fetch-dest') ?? 'document') !== 'document')
      return refuse(context, 403, 'documents of runs are shown by themselves only')
    return context.body(await readOffered(await studio.open(run), file), 200, {
      'content-type': getMimeType(file)!,
    })
  })
  // Somebody who wrote the other name of this machine: the part after # goes along.
  app.get('*', ({ req, redirect }) => {
    const { pathname, search } = new URL(req.url)
    return redirect(`${studioAt()}${pathname}${search}`, 307)
  })
  app.all('*', (context) => refuse(context, 403, `the studio is at ${studioAt()}`))
  app.onError((error) => {
    throw error
  })
  return app
}
