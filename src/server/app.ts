// The studio as a web application: guards first, then the routes, then the pages.
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { setCookie } from 'hono/cookie'
import { packageVersion } from '../runs/node/machine.ts'
import { ConfigError, DataError, messageOf, ShapeError, UnsupportedError } from '../util/errors.ts'
import { NotFoundError, type StudioContext } from './context.ts'
import { DOCUMENTS_HOST, documentPolicy, documents, FILE_POLICY } from './documents.ts'
import { type GuardOptions, guard, headers, refuse } from './guard.ts'
import { pages } from './pages.ts'
import type { StudioInfo } from './protocol.ts'
import { auditRoutes } from './routes/audit.ts'
import { controlRoutes } from './routes/control.ts'
import { criticRoutes } from './routes/critic.ts'
import { drawRoutes } from './routes/draw.ts'
import { fileRoutes } from './routes/files.ts'
import { latentRoutes } from './routes/latent.ts'
import { mapRoutes } from './routes/map.ts'
import { runRoutes } from './routes/runs.ts'
import { startRoutes } from './routes/start.ts'
import { studyRoutes } from './routes/studies.ts'
import { uploadRoutes } from './routes/uploads.ts'
import { cookieName, readingKey } from './tokens.ts'

/** One entry per group of routes. */
const ROUTES: readonly ((studio: StudioContext) => Hono)[] = [
  runRoutes,
  auditRoutes,
  startRoutes,
  controlRoutes,
  criticRoutes,
  drawRoutes,
  fileRoutes,
  latentRoutes,
  mapRoutes,
  studyRoutes,
]

export interface AppOptions extends GuardOptions {
  /** Name of the runs folder, for the title. */
  readonly folderName: string
  /** Told when a browser came with the token. */
  readonly onVisit: () => void
}

/** @throws UnsupportedError when the pages were not built */
export function studioApp(studio: StudioContext, options: AppOptions): Hono {
  const { token, port, folderName, onVisit } = options
  const app = new Hono()
  const page = pages()
  const isDocuments = (context: Context): boolean =>
    context.req.header('host')?.toLowerCase() === `${DOCUMENTS_HOST}:${port()}`
  app.use(
    headers((context) => {
      if (isDocuments(context)) return documentPolicy(context.req.path)
      return context.req.path.startsWith('/files/') ? FILE_POLICY : undefined
    }),
  )
  const shown = documents(studio, options)
  app.use(async (context, next) => (isDocuments(context) ? shown.fetch(context.req.raw) : next()))
  app.use(guard(options))
  // Files have a limit of their own, so they come before that of all other bodies.
  app.route('/', uploadRoutes(studio))
  app.use(
    bodyLimit({
      maxSize: 256 * 1024,
      onError: (context) => refuse(context, 413, 'the body is too large: expected at most 256 kB'),
    }),
  )
  app.get('/api/info', (context) =>
    context.json({ version: packageVersion(), folder: folderName } satisfies StudioInfo),
  )
  // A page that has the token gets the cookie; the guard has seen the token.
  app.post('/api/session', (context) => {
    setCookie(context, cookieName(port()), readingKey(token), {
      httpOnly: true,
      sameSite: 'Strict',
      path: '/',
    })
    onVisit()
    return context.body(null, 204)
  })
  for (const routes of ROUTES) app.route('/', routes(studio))
  app.all('/api/*', (context) =>
    refuse(context, 404, 'there is nothing of this name; the page may be of another version: load it again'),
  )
  app.get('*', page)
  app.all('*', (context) => refuse(context, 405, 'expected GET'))
  app.onError((error, context) => {
    if (error instanceof NotFoundError) return refuse(context, 404, error.message)
    if (error instanceof ConfigError || error instanceof ShapeError)
      return refuse(context, 400, error.message)
    if (error instanceof DataError || error instanceof UnsupportedError)
      return refuse(context, 409, error.message)
    return refuse(context, 500, `unexpected error in the studio: ${messageOf(error)}`)
  })
  return app
}
